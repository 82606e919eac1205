package dev.assay.feature.report;

import dev.assay.feature.store.Histogram;
import java.util.Arrays;

/**
 * The distribution of a feature's logit weights over the vocabulary. A large kurtosis indicates a feature that concerns few tokens. The
 * moments are computed in float64.
 *
 * @param histogram of the weights, from the smallest to the largest
 * @param mean their mean
 * @param deviation their population standard deviation
 * @param skewness the third standardised moment, 0 if the deviation is 0
 * @param kurtosis the fourth standardised moment, 3 for a Gaussian, 0 if the deviation is 0
 */
public record LogitSummary(Histogram histogram, double mean, double deviation, double skewness, double kurtosis) {
    private static final int BINS = 50;

    /** Summarizes the weights of an array from {@code first} (inclusive) to {@code end} (exclusive). */
    public static LogitSummary of(float[] weights, int first, int end) {
        int count = end - first;
        double sum = 0;
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (int i = first; i < end; i++) {
            sum += weights[i];
            least = Math.min(least, weights[i]);
            most = Math.max(most, weights[i]);
        }
        double mean = sum / count;
        double width = (most - least) / BINS;
        long[] bins = new long[BINS];
        double second = 0;
        double third = 0;
        double fourth = 0;
        for (int i = first; i < end; i++) {
            double away = weights[i] - mean;
            double square = away * away;
            second += square;
            third += square * away;
            fourth += square * square;
            // The largest weight belongs to the last bin; equal weights all do to the first.
            bins[width > 0 ? (int) Math.min(BINS - 1, (weights[i] - least) / width) : 0]++;
        }
        double variance = second / count;
        double deviation = Math.sqrt(variance);
        boolean flat = !(variance > 0);
        return new LogitSummary(
                new Histogram(least, width, Arrays.stream(bins).boxed().toList()),
                mean,
                deviation,
                flat ? 0 : third / count / (variance * deviation),
                flat ? 0 : fourth / count / (variance * variance));
    }
}
