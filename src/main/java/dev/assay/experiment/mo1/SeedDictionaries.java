package dev.assay.experiment.mo1;

import dev.assay.model.HookedTransformer;
import dev.assay.sae.Dictionary;
import dev.assay.sae.SparseAutoencoder;

/**
 * The dictionaries of a seed with the model of the control.
 *
 * @param trained on the organism before any mitigation
 * @param random directions of the same size
 * @param untrained the organism before its training
 * @param ofRandomWeights trained on {@code untrained}
 */
record SeedDictionaries(
        SparseAutoencoder trained, Dictionary random, HookedTransformer untrained, SparseAutoencoder ofRandomWeights)
        implements AutoCloseable {
    @Override
    public void close() {
        trained.close();
        random.close();
        ofRandomWeights.close();
        untrained.close();
    }
}
