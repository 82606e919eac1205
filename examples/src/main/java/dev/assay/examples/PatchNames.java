package dev.assay.examples;

import dev.assay.experiment.ExperimentOptions;
import dev.assay.experiment.ExperimentReport;
import dev.assay.experiment.Experiments;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Patches features between prompts that differ in one name (experiment {@code ioi}). Arguments: a folder of results, and optionally
 * {@code --quick}.
 */
public final class PatchNames {
    private PatchNames() {}

    /**
     * Runs the experiment and prints the area under each curve.
     *
     * @param args the folder of results; {@code --quick} for the quick form
     * @throws IOException if a file cannot be written
     */
    public static void main(String... args) throws IOException {
        ExperimentOptions options = ExperimentOptions.of(Path.of(args.length > 0 ? args[0] : "runs/ioi"));
        if (Arrays.asList(args).contains("--quick")) {
            options = options.asQuick();
        }
        ExperimentReport report = Experiments.run(Experiments.named("ioi"), options, System.out::println);
        System.out.println(report.table("areas"));
        System.out.println(report.table("features"));
        report.findings().forEach(System.out::println);
    }
}
