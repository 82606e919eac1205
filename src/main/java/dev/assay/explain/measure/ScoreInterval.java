package dev.assay.explain.measure;

/**
 * A mean over features with a bootstrap interval.
 *
 * @param mean the mean of the scores
 * @param low the lower bound
 * @param high the upper bound
 * @param features the number of features; for one feature the bounds equal the mean and are no interval
 */
public record ScoreInterval(double mean, double low, double high, int features) {
    /**
     * Returns whether a value is within the bounds.
     *
     * @param value a value
     * @return true also at a bound
     */
    public boolean contains(double value) {
        return low <= value && value <= high;
    }
}
