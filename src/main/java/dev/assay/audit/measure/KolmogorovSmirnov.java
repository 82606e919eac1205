package dev.assay.audit.measure;

import dev.assay.InvalidInputException;
import java.util.Arrays;

/** The one-sample test of Kolmogorov and Smirnov that numbers are uniform on the interval from 0 to 1, such as p-values of null draws. */
public final class KolmogorovSmirnov {
    private KolmogorovSmirnov() {}

    /**
     * Returns the largest distance between the empirical distribution and the uniform one.
     *
     * @param values n numbers from 0 to 1, at least one
     * @return the distance D
     * @throws InvalidInputException without values, or if a value is not from 0 to 1
     */
    public static double distance(double[] values) {
        InvalidInputException.require(values.length > 0, "there are no values, expected at least one");
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double largest = 0;
        for (int i = 0; i < sorted.length; i++) {
            InvalidInputException.require(sorted[i] >= 0 && sorted[i] <= 1, "a value", sorted[i], "0 to 1");
            double above = (i + 1.0) / sorted.length - sorted[i];
            double below = sorted[i] - (double) i / sorted.length;
            largest = Math.max(largest, Math.max(above, below));
        }
        return largest;
    }

    /**
     * Returns the p-value from the limiting distribution with the correction of Stephens (1970):
     * {@code 2 Σ_k (−1)^(k−1) exp(−2 k² λ²)} with {@code λ = D (√n + 0.12 + 0.11 / √n)}.
     *
     * @param values n numbers from 0 to 1; the approximation is good from n = 5
     * @return the p-value
     */
    public static double pValue(double[] values) {
        double root = Math.sqrt(values.length);
        double lambda = distance(values) * (root + 0.12 + 0.11 / root);
        if (lambda < 0.2) {
            return 1; // the series converges slowly, and its value is 1 to 12 digits
        }
        double sum = 0;
        for (int k = 1; k <= 100; k++) {
            sum += (k % 2 == 1 ? 2 : -2) * Math.exp(-2.0 * k * k * lambda * lambda);
        }
        return Math.max(0, Math.min(1, sum));
    }
}
