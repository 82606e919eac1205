package dev.assay.evaluate.baseline;

import ai.djl.Device;
import dev.assay.sae.Dictionary;
import dev.assay.sae.SaeMetadata;
import java.util.Locale;

/**
 * A baseline whose directions are the components of a non-negative factorisation.
 *
 * @param factors the components
 * @param rounds updates that compute the codes of a row
 * @param metadata of the dictionaries
 * @param device of the dictionaries
 */
record NonNegativeBaseline(NonNegativeFactors factors, int rounds, SaeMetadata metadata, Device device)
        implements Baseline {
    @Override
    public String name() {
        return "nmf";
    }

    @Override
    public String description() {
        double[] errors = factors.errors();
        return String.format(
                Locale.ROOT,
                "%d non-negative components, %d rounds, relative error %.3g",
                directions(),
                errors.length,
                errors[errors.length - 1]);
    }

    @Override
    public int directions() {
        return factors.components().rows();
    }

    @Override
    public Dictionary dense() {
        return topK(directions());
    }

    @Override
    public Dictionary topK(int k) {
        Baselines.checkK(this, k);
        return new NonNegativeDictionary(factors.components(), k, rounds, metadata, device);
    }
}
