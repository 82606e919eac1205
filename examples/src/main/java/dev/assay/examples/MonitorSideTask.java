package dev.assay.examples;

import dev.assay.experiment.ExperimentOptions;
import dev.assay.experiment.ExperimentReport;
import dev.assay.experiment.Experiments;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Trains a model organism with a side task and monitors its outputs, scratchpads, activations and features, before and after tuning against a
 * monitor (experiment {@code mo-3}). Arguments: a folder of results, and optionally {@code --quick}.
 */
public final class MonitorSideTask {
    private MonitorSideTask() {}

    /**
     * Runs the experiment, or resumes it.
     *
     * @param args the folder of results; {@code --quick} for the quick form
     * @throws IOException if a file cannot be written
     */
    public static void main(String... args) throws IOException {
        ExperimentOptions options = ExperimentOptions.of(Path.of(args.length > 0 ? args[0] : "runs/mo-3"));
        if (Arrays.asList(args).contains("--quick")) {
            options = options.asQuick();
        }
        ExperimentReport report = Experiments.run(Experiments.named("mo-3"), options, System.out::println);
        System.out.println(report.table("behaviour"));
        System.out.println(report.table("monitors"));
        System.out.println(report.table("fixed-all"));
        System.out.println(report.table("retrained-all"));
        report.findings().forEach(System.out::println);
    }
}
