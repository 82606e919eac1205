package dev.assay.examples;

import dev.assay.experiment.ExperimentOptions;
import dev.assay.experiment.ExperimentReport;
import dev.assay.experiment.Experiments;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Measures which labelled concepts of the stories the latents of dictionaries represent, as {@code assay experiment concepts --quick} does.
 *
 * <p>Arguments: the folder of results, and {@code full} for the full form, which takes most of an hour.
 */
public final class FindConcepts {
    private FindConcepts() {}

    /**
     * Runs the example.
     *
     * @param args the folder and the form, each with a default
     * @throws IOException if a file cannot be written
     */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args.length > 0 ? args[0] : "target/concepts-example");
        ExperimentOptions options = ExperimentOptions.of(folder);
        boolean full = args.length > 1 && args[1].equals("full");
        ExperimentReport report =
                Experiments.run(Experiments.named("concepts"), full ? options : options.asQuick(), System.err::println);
        report.findings().forEach(System.out::println);
        System.out.println("page: " + folder.resolve("index.html"));
    }
}
