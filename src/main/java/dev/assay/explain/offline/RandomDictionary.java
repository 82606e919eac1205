package dev.assay.explain.offline;

import dev.assay.feature.FeatureInspector;
import dev.assay.feature.store.FeatureStore;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.SparseAutoencoder;

/**
 * The model with random weights, its dictionary and the features on the text, as {@link RandomModelControl#open} returns them.
 *
 * @param model the model with random weights
 * @param dictionary the dictionary of its activations
 * @param store the features of the dictionary
 */
public record RandomDictionary(HookedTransformer model, SparseAutoencoder dictionary, FeatureStore store)
        implements AutoCloseable {
    /** {@return the features with model and decoder; usable until this is closed} */
    public FeatureInspector inspector() {
        return FeatureInspector.of(model, dictionary, store);
    }

    /** Closes the model and the dictionary. */
    @Override
    public void close() {
        dictionary.close();
        model.close();
    }
}
