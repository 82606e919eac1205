package dev.assay.feature.store;

import dev.assay.Lifetime;
import dev.assay.io.Sha256;
import dev.assay.model.HookedTransformer;
import dev.assay.provenance.ParentArtifact;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.Weights;
import java.util.TreeMap;

/** Hashes of weights. A feature store records them to identify its dictionary and model. */
public final class WeightsHash {
    private WeightsHash() {}

    /**
     * Returns the hash of a dictionary: architecture, input transformation and all weights.
     *
     * @param sae the dictionary
     * @return a SHA-256 hash in hexadecimal digits
     */
    public static String of(SparseAutoencoder sae) {
        try (Lifetime.Use use = sae.use()) {
            return hash(sae);
        }
    }

    private static String hash(SparseAutoencoder sae) {
        Sha256 hash =
                new Sha256().add(sae.architecture().toString()).add(sae.input().toString());
        Weights weights = sae.weights();
        hash.add(weights.encoder())
                .add(weights.encoderBias())
                .add(weights.decoder())
                .add(weights.decoderBias());
        new TreeMap<>(weights.extra()).forEach((name, array) -> hash.add(name).add(array));
        return hash.hex();
    }

    /**
     * Returns the description and hash of a dictionary, for the provenance of artifacts.
     *
     * @param sae the dictionary
     * @return the parent artifact
     */
    public static ParentArtifact artifact(SparseAutoencoder sae) {
        return new ParentArtifact(ParentArtifact.DICTIONARY, description(sae), of(sae));
    }

    /** Returns a description such as {@code topk, k 32, 4096 latents of width 512}. */
    private static String description(SparseAutoencoder sae) {
        StringBuilder text = new StringBuilder(sae.architecture().id());
        new TreeMap<>(sae.architecture().options()).forEach((option, value) -> {
            if (!Boolean.FALSE.equals(value)) {
                text.append(", ").append(option.replace('_', ' '));
                text.append(Boolean.TRUE.equals(value) ? "" : " " + value);
            }
        });
        return text + ", " + sae.dSae() + " latents of width " + sae.dIn();
    }

    /**
     * Returns the hash of a model: configuration and all weights.
     *
     * @param model the model
     * @return a SHA-256 hash in hexadecimal digits
     */
    public static String of(HookedTransformer model) {
        return model.hash();
    }
}
