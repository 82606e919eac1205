package dev.assay.cli;

import dev.assay.evaluate.Evaluation;
import picocli.CommandLine.Option;

/** The tokens of an evaluation, on one machine and on a cluster. */
final class EvaluatedTokens {
    @Option(
            names = "--tokens",
            paramLabel = "N",
            defaultValue = "" + Evaluation.DEFAULT_TOKENS,
            description = "maximum number of held-out tokens (default ${DEFAULT-VALUE})")
    private long tokens;

    @Option(
            names = "--skip-positions",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "leave the first N positions of each context out of the figures, in addition to those that the dictionary"
                            + " was trained without (default ${DEFAULT-VALUE})")
    private int skippedPositions;

    @Option(
            names = "--max-norm-ratio",
            paramLabel = "R",
            description =
                    "leave tokens with a norm above R times the median norm out of the figures (default: the bound that the"
                            + " dictionary was trained with)")
    private Double maxNormRatio;

    long tokens() {
        return tokens;
    }

    int skippedPositions() {
        return skippedPositions;
    }

    /** Returns the bound of the command line; null without one. */
    Double maxNormRatio() {
        return maxNormRatio;
    }
}
