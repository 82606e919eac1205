package dev.assay.feature.store;

import dev.assay.io.Sha256;
import dev.assay.model.HookedTransformer;
import dev.assay.provenance.ParentArtifact;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.Weights;
import java.util.TreeMap;

/** Hashes of weights, by which a store knows the dictionary and the model that it was collected with. */
public final class WeightsHash {
    private WeightsHash() {}

    /** The hash of everything that encodes and decodes. */
    public static String of(SparseAutoencoder sae) {
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

    /** {@return a dictionary as the parent of an artifact} */
    public static ParentArtifact artifact(SparseAutoencoder sae) {
        return new ParentArtifact(ParentArtifact.DICTIONARY, description(sae), of(sae));
    }

    /** For example {@code topk, k 32, 4096 latents of width 512}. */
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

    /** The hash of a model's configuration and all its weights. */
    public static String of(HookedTransformer model) {
        return model.hash();
    }
}
