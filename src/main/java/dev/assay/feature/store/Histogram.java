package dev.assay.feature.store;

import java.util.List;

/**
 * Histogram with bins of equal width. Bin i counts the values in [{@code start + i · binWidth}, {@code start + (i + 1) · binWidth}).
 *
 * @param start the lower edge of the first bin
 * @param binWidth the width of each bin
 * @param counts the number of values in each bin
 */
public record Histogram(double start, double binWidth, List<Long> counts) {
    /** Copies the counts. */
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
