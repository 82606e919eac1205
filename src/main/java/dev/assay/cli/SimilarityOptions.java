package dev.assay.cli;

import dev.assay.feature.report.Neighbour;
import picocli.CommandLine.Option;

/** How like latents are. */
final class SimilarityOptions {
    @Option(
            names = "--measure",
            paramLabel = "MEASURE",
            defaultValue = "decoder-cosine",
            converter = Measures.class,
            description =
                    "of --like and --compare: decoder-cosine, encoder-cosine, pearson or jaccard, the last two over the"
                            + " feature store (default ${DEFAULT-VALUE})")
    private Neighbour.Measure measure;

    @Option(
            names = "--at-least",
            paramLabel = "X",
            defaultValue = "0.7",
            description = "of --like and --compare: the smallest value of the measure (default ${DEFAULT-VALUE})")
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
