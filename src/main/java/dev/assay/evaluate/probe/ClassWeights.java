package dev.assay.evaluate.probe;

import dev.assay.InvalidInputException;

/**
 * Factors of the losses of the two classes.
 *
 * @param negative factor of rows without the property
 * @param positive factor of rows with the property
 */
public record ClassWeights(double negative, double positive) {
    /** Equal factors of 1. */
    public static final ClassWeights EQUAL = new ClassWeights(1, 1);

    /** Checks that both factors are positive and finite. */
    public ClassWeights {
        InvalidInputException.require(
                negative > 0 && Double.isFinite(negative), "the weight of the negative class", negative, "more than 0");
        InvalidInputException.require(
                positive > 0 && Double.isFinite(positive), "the weight of the positive class", positive, "more than 0");
    }

    /**
     * Returns factors that give both classes the same total weight, {@code n / (2 n_class)}.
     *
     * @param data rows of both classes
     * @return the factors
     * @throws InvalidInputException if all rows have the same label
     */
    public static ClassWeights balanced(ProbeData data) {
        data.requireBothClasses();
        double half = data.rows() / 2.0;
        return new ClassWeights(half / (data.rows() - data.positives()), half / data.positives());
    }

    /** Returns the factor of a class. */
    double of(boolean label) {
        return label ? positive : negative;
    }
}
