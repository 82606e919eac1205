package dev.assay.cli;

import dev.assay.feature.report.Neighbour;
import picocli.CommandLine.Option;

/** The measure of similarity between latents. */
final class SimilarityOptions {
    @Option(
            names = "--measure",
            paramLabel = "MEASURE",
            defaultValue = "decoder-cosine",
            converter = Measures.class,
            description =
                    "measure for --like and --compare: decoder-cosine, encoder-cosine, or, on the feature store, pearson or"
                            + " jaccard (default ${DEFAULT-VALUE})")
    private Neighbour.Measure measure;

    @Option(
            names = "--at-least",
            paramLabel = "X",
            defaultValue = "0.7",
            description = "minimum similarity for --like and --compare (default ${DEFAULT-VALUE})")
    private double least;

    Neighbour.Measure measure() {
        return measure;
    }

    double least() {
        return least;
    }

    static final class Measures extends ConstantConverter<Neighbour.Measure> {
        Measures() {
            super(Neighbour.Measure.class);
        }
    }
}
