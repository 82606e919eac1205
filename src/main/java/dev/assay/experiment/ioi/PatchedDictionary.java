package dev.assay.experiment.ioi;

import dev.assay.intervene.patch.FeatureGroups;
import dev.assay.sae.Dictionary;

/**
 * A dictionary with the features that are patched.
 *
 * @param dictionary the dictionary, closed with this object
 * @param groups its features
 */
record PatchedDictionary(Dictionary dictionary, FeatureGroups groups) implements AutoCloseable {
    /** Returns a dictionary with one feature per latent. */
    static PatchedDictionary latents(Dictionary dictionary) {
        return new PatchedDictionary(dictionary, FeatureGroups.single(dictionary.dSae()));
    }

    /** Returns a linear baseline with one feature per signed coordinate. */
    static PatchedDictionary coordinates(Dictionary dictionary) {
        return new PatchedDictionary(dictionary, FeatureGroups.signed(dictionary.dSae()));
    }

    @Override
    public void close() {
        dictionary.close();
    }
}
