package dev.assay.toy;

import dev.assay.InvalidInputException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;

/** Features that fire independently. */
public final class IndependentFiring implements Firing {
    private final double[] probabilities;

    /**
     * Creates a distribution.
     *
     * @param probabilities of each feature, 0 to 1, [G]
     * @throws InvalidInputException if a probability is out of range
     */
    public IndependentFiring(double[] probabilities) {
        this.probabilities = checked(probabilities);
    }

    /**
     * Creates the distribution with {@code p_i = active · decayⁱ / Σ decayʲ}.
     *
     * @param features G, at least 1
     * @param active the mean number of features per row, above 0 and at most Σ decayʲ
     * @param decay above 0 and at most 1
     * @return the distribution
     * @throws InvalidInputException if a number is out of range
     */
    public static IndependentFiring decaying(int features, double active, double decay) {
        double[] weights = powers(features, decay);
        double sum = Arrays.stream(weights).sum();
        requireActive(active, sum);
        return new IndependentFiring(
                Arrays.stream(weights).map(w -> active * w / sum).toArray());
    }

    /**
     * Creates the distribution with {@code p_i = active · decayⁱ / G}, without scaling to the mean number of active features. The published
     * experiments used it, and far fewer than {@code active} features fire.
     *
     * @param features G, at least 1
     * @param active above 0 and at most G
     * @param decay above 0 and at most 1
     * @return the distribution
     * @throws InvalidInputException if a number is out of range
     */
    public static IndependentFiring decayingUnscaled(int features, double active, double decay) {
        requireActive(active, features);
        return new IndependentFiring(Arrays.stream(powers(features, decay))
                .map(w -> active * w / features)
                .toArray());
    }

    /** Returns decayⁱ. */
    static double[] powers(int features, double decay) {
        if (!(decay > 0 && decay <= 1)) {
            throw new InvalidInputException("the decay is " + decay + ", expected above 0 and at most 1");
        }
        double[] weights = new double[features];
        Arrays.setAll(weights, i -> Math.pow(decay, i));
        return weights;
    }

    /** Rejects a mean number of active features for which a probability would exceed 1. */
    static void requireActive(double active, double most) {
        if (!(active > 0 && active <= most)) {
            throw new InvalidInputException("the mean number of active features is " + active
                    + ", expected above 0 and at most " + most + ", where the first is always active");
        }
    }

    /** Returns a copy of probabilities after a check of their range. */
    static double[] checked(double[] probabilities) {
        for (int i = 0; i < probabilities.length; i++) {
            if (!(probabilities[i] >= 0 && probabilities[i] <= 1)) {
                throw new InvalidInputException(
                        "the probability of feature " + i + " is " + probabilities[i] + ", expected 0 to 1");
            }
        }
        return probabilities.clone();
    }

    @Override
    public double[] probabilities() {
        return probabilities.clone();
    }

    @Override
    public double[][] joint() {
        int features = probabilities.length;
        double[][] joint = new double[features][features];
        for (int i = 0; i < features; i++) {
            for (int j = 0; j < features; j++) {
                joint[i][j] = i == j ? probabilities[i] : probabilities[i] * probabilities[j];
            }
        }
        return joint;
    }

    /**
     * Returns the probability of a row in which no feature fires.
     *
     * @return Π (1 − p)
     */
    public double emptyRows() {
        return Arrays.stream(probabilities).map(p -> 1 - p).reduce(1, (a, b) -> a * b);
    }

    @Override
    public void sample(SplittableRandom random, IntConsumer fired) {
        for (int i = 0; i < probabilities.length; i++) {
            if (random.nextDouble() < probabilities[i]) {
                fired.accept(i);
            }
        }
    }
}
