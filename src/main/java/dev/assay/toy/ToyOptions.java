package dev.assay.toy;

import ai.djl.Device;
import dev.assay.InvalidInputException;
import java.util.Locale;

/**
 * The options of a {@link ToySuperposition}.
 *
 * @param width the dimensions d
 * @param features the number of features G
 * @param active the mean number of active features
 * @param decay the ratio of the probabilities of consecutive features
 * @param scaled whether probabilities are scaled to the mean number of active features
 * @param correlation the largest correlation in the Gaussian copula, 0 for independent features
 * @param hierarchical whether features form families
 * @param gaussian whether codes are normal variables, without sparse features
 * @param seed of directions, correlations and rows
 * @param device of the rows
 */
record ToyOptions(
        int width,
        int features,
        double active,
        double decay,
        boolean scaled,
        double correlation,
        boolean hierarchical,
        boolean gaussian,
        long seed,
        Device device) {
    /** Returns the distribution of the features of a row. */
    Firing firing() {
        CopulaFiring.requireStrength(correlation);
        InvalidInputException.require(
                !hierarchical || (correlation == 0 && scaled),
                "a hierarchical toy model has its own probabilities and correlations, expected no correlation and"
                        + " scaled probabilities");
        if (hierarchical) {
            return TreeFiring.families(features, active, decay);
        }
        IndependentFiring independent = scaled
                ? IndependentFiring.decaying(features, active, decay)
                : IndependentFiring.decayingUnscaled(features, active, decay);
        return correlation == 0 ? independent : CopulaFiring.random(independent.probabilities(), correlation, seed);
    }

    /** Returns a description without the seed. */
    String description() {
        return String.format(
                Locale.ROOT,
                "%d features in %d dimensions, %s active, decay %s, %s%s%s",
                features,
                width,
                active,
                decay,
                hierarchical ? "hierarchical" : "correlation " + correlation,
                scaled ? "" : ", probabilities not scaled",
                gaussian ? ", normal codes" : "");
    }

    ToyOptions withActive(double mean) {
        return new ToyOptions(width, features, mean, decay, scaled, correlation, hierarchical, gaussian, seed, device);
    }

    ToyOptions withDecay(double ratio) {
        return new ToyOptions(
                width, features, active, ratio, scaled, correlation, hierarchical, gaussian, seed, device);
    }

    ToyOptions withCorrelation(double strength) {
        return new ToyOptions(width, features, active, decay, scaled, strength, hierarchical, gaussian, seed, device);
    }

    ToyOptions withSeed(long number) {
        return new ToyOptions(
                width, features, active, decay, scaled, correlation, hierarchical, gaussian, number, device);
    }

    ToyOptions withDevice(Device place) {
        return new ToyOptions(width, features, active, decay, scaled, correlation, hierarchical, gaussian, seed, place);
    }

    ToyOptions withoutScaling() {
        return new ToyOptions(width, features, active, decay, false, correlation, hierarchical, gaussian, seed, device);
    }

    ToyOptions asHierarchical() {
        return new ToyOptions(width, features, active, decay, scaled, correlation, true, gaussian, seed, device);
    }

    ToyOptions asGaussian() {
        return new ToyOptions(width, features, active, decay, scaled, correlation, hierarchical, true, seed, device);
    }
}
