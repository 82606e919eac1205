package dev.assay.explain.measure;

import dev.assay.InvalidInputException;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The percentile bootstrap over features (Efron, 1979). Features are resampled with replacement; both rows of a paired comparison use the same
 * features in each draw. The same seed draws the same features.
 *
 * @param draws the number of resamples, at least 100
 * @param seed of the resamples
 */
public record Bootstrap(int draws, long seed) {
    /** 10,000 draws with seed 0. */
    public static final Bootstrap DEFAULT = new Bootstrap(10_000, 0);

    private static final double TAIL = 0.025;

    /** Checks the number of draws. */
    public Bootstrap {
        InvalidInputException.requireAtLeast(100, "the number of bootstrap draws", draws);
    }

    /**
     * Returns the mean score with its 95 % interval.
     *
     * @param scores a score per feature, at least one
     * @return the interval
     * @throws InvalidInputException without features or if a score is not finite
     */
    public ScoreInterval interval(double[] scores) {
        double[] means = means(scores);
        return new ScoreInterval(mean(scores), quantile(means, TAIL), quantile(means, 1 - TAIL), scores.length);
    }

    /**
     * Returns the mean difference of two rows with its 95 % interval. The p-value is twice the smaller share of resampled means on one side
     * of 0, {@code 2 · min(#{d ≤ 0} + 1, #{d ≥ 0} + 1) / (draws + 1)}, at most 1.
     *
     * @param row a score per feature, at least one
     * @param baseline the scores of the same features in the other row
     * @return the difference {@code row − baseline}
     * @throws InvalidInputException if the numbers differ, are 0, or a score is not finite
     */
    public RowDifference paired(double[] row, double[] baseline) {
        Arguments.requireEqual("scores in two rows", row.length, baseline.length);
        double[] differences = new double[row.length];
        for (int i = 0; i < differences.length; i++) {
            differences[i] = row[i] - baseline[i];
        }
        return difference(mean(differences), means(differences), row.length);
    }

    /**
     * Returns the difference of the mean scores of two rows of different features with its 95 % interval. Each row is resampled by itself; the
     * p-value is that of {@link #paired}.
     *
     * @param row a score per feature, at least one
     * @param baseline a score per feature of the other row, at least one
     * @return the difference {@code row − baseline}, with the number of features of the smaller row
     * @throws InvalidInputException without features or if a score is not finite
     */
    public RowDifference independent(double[] row, double[] baseline) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] differences = means(row, random.split());
        double[] subtracted = means(baseline, random.split());
        for (int i = 0; i < draws; i++) {
            differences[i] -= subtracted[i];
        }
        Arrays.sort(differences);
        return difference(mean(row) - mean(baseline), differences, Math.min(row.length, baseline.length));
    }

    private RowDifference difference(double mean, double[] sortedMeans, int features) {
        long below = Arrays.stream(sortedMeans).filter(drawn -> drawn <= 0).count();
        long above = Arrays.stream(sortedMeans).filter(drawn -> drawn >= 0).count();
        double pValue = Math.min(1, 2.0 * (Math.min(below, above) + 1) / (draws + 1));
        return new RowDifference(mean, quantile(sortedMeans, TAIL), quantile(sortedMeans, 1 - TAIL), pValue, features);
    }

    private double[] means(double[] values) {
        double[] means = means(values, new SplittableRandom(seed));
        Arrays.sort(means);
        return means;
    }

    private double[] means(double[] values, SplittableRandom random) {
        InvalidInputException.require(values.length > 0, "there are no features, expected at least one");
        for (double value : values) {
            Arguments.requireFinite("a score", value);
        }
        double[] means = new double[draws];
        for (int draw = 0; draw < draws; draw++) {
            double sum = 0;
            for (int i = 0; i < values.length; i++) {
                sum += values[random.nextInt(values.length)];
            }
            means[draw] = sum / values.length;
        }
        return means;
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).sum() / values.length;
    }

    /** Interpolates linearly between the sorted values, as numpy does by default. */
    private static double quantile(double[] sorted, double share) {
        double position = share * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
}
