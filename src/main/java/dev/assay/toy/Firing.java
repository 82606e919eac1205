package dev.assay.toy;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;

/**
 * A distribution over the sets of features that fire in a row, with its first and second moments in closed form. Rows are independent.
 */
public sealed interface Firing permits IndependentFiring, CopulaFiring, TreeFiring {
    /**
     * Returns the probability of each feature.
     *
     * @return a copy, [G]
     */
    double[] probabilities();

    /**
     * Returns the probability that both features of a pair fire in a row.
     *
     * @return symmetric, with the probabilities of single features on the diagonal, [G][G]
     */
    double[][] joint();

    /**
     * Samples one row.
     *
     * @param random the source of randomness
     * @param fired called with the index of each feature that fires, in increasing order
     */
    void sample(SplittableRandom random, IntConsumer fired);

    /**
     * Returns the mean number of features that fire in a row (L0).
     *
     * @return Σ p
     */
    default double meanActive() {
        return Arrays.stream(probabilities()).sum();
    }

    /**
     * Returns the variance of the number of features that fire in a row.
     *
     * @return the sum of all covariances
     */
    default double varianceActive() {
        double[] p = probabilities();
        double[][] both = joint();
        double sum = 0;
        for (int i = 0; i < p.length; i++) {
            for (int j = 0; j < p.length; j++) {
                sum += both[i][j] - p[i] * p[j];
            }
        }
        return sum;
    }

    /**
     * Returns the correlation of each pair of firing indicators (the φ coefficient).
     *
     * @return [G][G]; NaN for a feature that fires always or never
     */
    default double[][] phi() {
        double[] p = probabilities();
        double[][] phi = joint();
        for (int i = 0; i < p.length; i++) {
            for (int j = 0; j < p.length; j++) {
                phi[i][j] = (phi[i][j] - p[i] * p[j]) / Math.sqrt(p[i] * (1 - p[i]) * p[j] * (1 - p[j]));
            }
        }
        return phi;
    }
}
