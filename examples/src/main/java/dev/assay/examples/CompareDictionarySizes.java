package dev.assay.examples;

import dev.assay.experiment.ExperimentOptions;
import dev.assay.experiment.ExperimentReport;
import dev.assay.experiment.Experiments;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Trains small transformers, and dictionaries of several sizes on them, as {@code assay experiment small-transformers --quick} does.
 *
 * <p>Arguments: the folder of results, and {@code full} for the full form, which takes most of an hour.
 */
public final class CompareDictionarySizes {
    private CompareDictionarySizes() {}

    /**
     * Runs the example.
     *
     * @param args the folder and the form, each with a default
     * @throws IOException if a file cannot be read or written
     */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args.length > 0 ? args[0] : "target/small-transformers-example");
        ExperimentOptions options = ExperimentOptions.of(folder);
        boolean full = args.length > 1 && args[1].equals("full");
        ExperimentReport report = Experiments.run(
                Experiments.named("small-transformers"), full ? options : options.asQuick(), System.err::println);
        System.out.println(report.toText());
        System.out.println("page: " + folder.resolve("index.html"));
    }
}
