package dev.assay.examples;

import dev.assay.experiment.ExperimentOptions;
import dev.assay.experiment.ExperimentReport;
import dev.assay.experiment.Experiments;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Measures how well dictionaries recover planted features over size and L1 coefficient, as {@code assay experiment toy --quick} does.
 *
 * <p>Arguments: the folder of results, and {@code full} for the full form, which takes hours.
 */
public final class RecoverToyFeatures {
    private RecoverToyFeatures() {}

    /**
     * Runs the example.
     *
     * @param args the folder and the form, each with a default
     * @throws IOException if a file cannot be written
     */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args.length > 0 ? args[0] : "target/toy-example");
        ExperimentOptions options = ExperimentOptions.of(folder);
        boolean full = args.length > 1 && args[1].equals("full");
        ExperimentReport report =
                Experiments.run(Experiments.named("toy"), full ? options : options.asQuick(), System.err::println);
        report.findings().forEach(System.out::println);
        System.out.println("page: " + folder.resolve("index.html"));
    }
}
