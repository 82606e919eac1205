package dev.assay.feature.store;

import java.util.List;

/**
 * Counts of values in bins of one width. Bin i holds the values from {@code start + i · binWidth}, inclusive, up to the next.
 *
 * @param start the lower edge of the first bin
 * @param binWidth the width of each bin
 * @param counts the number of values in each
 */
public record Histogram(double start, double binWidth, List<Long> counts) {
    /** Keeps its own copy of the counts. */
    public Histogram {
        counts = List.copyOf(counts);
    }

    /**
     * Returns the number of values.
     *
     * @return the sum of all counts
     */
    public long total() {
        return counts.stream().mapToLong(Long::longValue).sum();
    }

    /**
     * Returns the upper edge of the last bin.
     *
     * @return {@code start + bins · binWidth}
     */
    public double end() {
        return start + counts.size() * binWidth;
    }
}
