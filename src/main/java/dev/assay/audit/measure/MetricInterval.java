package dev.assay.audit.measure;

import java.util.Arrays;

/**
 * A metric with a 95 % interval.
 *
 * @param value the metric of the data
 * @param low the 2.5 % quantile of its resamples; NaN if none was usable
 * @param high the 97.5 % quantile of its resamples; NaN if none was usable
 */
public record MetricInterval(double value, double low, double high) {
    private static final double TAIL = 0.025;

    /**
     * Computes the interval of resampled values, with linear interpolation between them.
     *
     * @param value the metric of the data
     * @param draws resampled values
     * @return the interval
     */
    public static MetricInterval ofDraws(double value, double[] draws) {
        double[] sorted = draws.clone();
        Arrays.sort(sorted);
        return new MetricInterval(value, quantile(sorted, TAIL), quantile(sorted, 1 - TAIL));
    }

    private static double quantile(double[] sorted, double share) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        double position = share * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    /**
     * Returns whether a value is within the bounds.
     *
     * @param other a value
     * @return true also at a bound
     */
    public boolean contains(double other) {
        return low <= other && other <= high;
    }
}
