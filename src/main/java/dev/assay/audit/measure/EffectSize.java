package dev.assay.audit.measure;

import java.util.Arrays;

/** Effect sizes of one number between two conditions. */
public final class EffectSize {
    private EffectSize() {}

    /**
     * Computes Cohen's d: the difference of the means divided by the pooled standard deviation,
     * {@code √(((n_a − 1) s_a² + (n_b − 1) s_b²) / (n_a + n_b − 2))}.
     *
     * @param a the values of the first condition
     * @param b the values of the second condition
     * @return d; 0 if the means are equal, infinite if only the standard deviation is 0, NaN for fewer than three values
     */
    public static double cohensD(double[] a, double[] b) {
        int freedom = a.length + b.length - 2;
        if (freedom < 1 || a.length == 0 || b.length == 0) {
            return Double.NaN;
        }
        double meanA = mean(a);
        double meanB = mean(b);
        return ratio(meanA - meanB, Math.sqrt((squares(a, meanA) + squares(b, meanB)) / freedom));
    }

    /**
     * Computes the paired form of Cohen's d: the mean difference divided by the standard deviation of the differences.
     *
     * @param differences the difference of each pair
     * @return d; 0 if the mean is 0, infinite if only the standard deviation is 0, NaN for fewer than two pairs
     */
    public static double pairedD(double[] differences) {
        if (differences.length < 2) {
            return Double.NaN;
        }
        double mean = mean(differences);
        return ratio(mean, Math.sqrt(squares(differences, mean) / (differences.length - 1)));
    }

    /**
     * Computes the area under the ROC curve: the probability that a value of the first condition is larger than one of the second, where
     * equal values count one half.
     *
     * @param a the values of the first condition, at least one
     * @param b the values of the second condition, at least one
     * @return from 0 to 1
     */
    public static double auroc(double[] a, double[] b) {
        double[] sortedA = sorted(a);
        double[] sortedB = sorted(b);
        long twiceWins = 0;
        int below = 0;
        int notAbove = 0;
        for (double value : sortedA) {
            while (below < sortedB.length && sortedB[below] < value) {
                below++;
            }
            while (notAbove < sortedB.length && sortedB[notAbove] <= value) {
                notAbove++;
            }
            twiceWins += below + notAbove;
        }
        return twiceWins / (2.0 * a.length * b.length);
    }

    /** Returns values in ascending order, with −0 as 0. */
    private static double[] sorted(double[] values) {
        double[] sorted = Arrays.stream(values).map(value -> value + 0.0).toArray();
        Arrays.sort(sorted);
        return sorted;
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).sum() / values.length;
    }

    private static double squares(double[] values, double mean) {
        return Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .sum();
    }

    private static double ratio(double difference, double deviation) {
        return difference == 0 ? 0 : difference / deviation;
    }
}
