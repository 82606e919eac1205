package dev.assay.examples;

import dev.assay.experiment.ExperimentOptions;
import dev.assay.experiment.ExperimentReport;
import dev.assay.experiment.Experiments;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Trains an organism that refuses when it is watched, and measures mitigations and monitors (experiment {@code mo-1}). Arguments: a folder of
 * results, and optionally {@code --quick}.
 */
public final class WatchedOrganism {
    private WatchedOrganism() {}

    /**
     * Runs the experiment and prints its tables.
     *
     * @param args the folder of results; {@code --quick} for the quick form
     * @throws IOException if a file cannot be written
     */
    public static void main(String... args) throws IOException {
        ExperimentOptions options = ExperimentOptions.of(Path.of(args.length > 0 ? args[0] : "runs/mo-1"));
        if (Arrays.asList(args).contains("--quick")) {
            options = options.asQuick();
        }
        ExperimentReport report = Experiments.run(Experiments.named("mo-1"), options, System.out::println);
        System.out.println(report.table("cues"));
        System.out.println(report.table("gaps"));
        System.out.println(report.table("monitors"));
        report.findings().forEach(System.out::println);
    }
}
