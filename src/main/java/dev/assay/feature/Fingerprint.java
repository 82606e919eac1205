package dev.assay.feature;

import ai.djl.ndarray.NDArray;
import dev.assay.checkpoint.Sha256;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.SparseAutoencoder;

/** Hashes of weights, by which a store knows the dictionary and the model that it was collected with. */
final class Fingerprint {
    private Fingerprint() {}

    /** The hash of everything that encodes and decodes. */
    static String of(SparseAutoencoder sae) {
        return of(sae.architecture().toString(), sae.encoder(), sae.encoderBias(), sae.decoder(), sae.decoderBias());
    }

    /** The hash of the part of a model that turns directions into logits; other parts of it seldom change alone. */
    static String of(HookedTransformer model) {
        return of(model.config().toString(), model.unembedding(), model.finalNormWeight());
    }

    private static String of(String description, NDArray... arrays) {
        Sha256 hash = new Sha256().add(description);
        for (NDArray array : arrays) {
            hash.add(array);
        }
        return hash.hex();
    }
}
