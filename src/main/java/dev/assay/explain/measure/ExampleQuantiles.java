package dev.assay.explain.measure;

import dev.assay.InvalidInputException;

/** Quantiles of examples in the order of falling maxima, of equal size as in delphi. */
public final class ExampleQuantiles {
    private ExampleQuantiles() {}

    /**
     * Returns the quantile of each rank. Quantile {@code i} has the ranks {@code i·⌊n/q⌋} to {@code (i + 1)·⌊n/q⌋ − 1}; the remaining
     * examples with the smallest maxima belong to no quantile.
     *
     * @param examples n, at least 0
     * @param quantiles q, at least 1
     * @return {@code q·⌊n/q⌋} quantiles, for the ranks from 0
     * @throws InvalidInputException if a number is too small
     */
    public static int[] ofRanks(int examples, int quantiles) {
        InvalidInputException.requireAtLeast(0, "the number of examples", examples);
        InvalidInputException.requireAtLeast(1, "the number of quantiles", quantiles);
        int size = examples / quantiles;
        int[] ofRank = new int[size * quantiles];
        for (int rank = 0; rank < ofRank.length; rank++) {
            ofRank[rank] = rank / size;
        }
        return ofRank;
    }
}
