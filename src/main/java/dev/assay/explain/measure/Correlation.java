package dev.assay.explain.measure;

/**
 * A Pearson correlation.
 *
 * @param value from −1 to 1; 0 if it is undefined
 * @param constant whether one of the two sequences is constant or has fewer than two entries, so that the correlation is undefined
 */
public record Correlation(double value, boolean constant) {
    /** The correlation with a constant sequence. */
    public static final Correlation UNDEFINED = new Correlation(0, true);

    /**
     * Computes the correlation of two sequences.
     *
     * @param first n numbers
     * @param second n numbers
     * @return the correlation
     * @throws dev.assay.InvalidInputException if the lengths differ or a number is not finite
     */
    public static Correlation of(double[] first, double[] second) {
        SimulationAccumulator sums = new SimulationAccumulator();
        sums.add(first, second);
        return sums.score().correlation();
    }
}
