package dev.assay.feature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.Scope;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Hashes of weights, by which a store knows the dictionary and the model that it was collected with. */
final class Fingerprint {
    private static final long PIECE = 1L << 22;

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
        MessageDigest digest = sha256();
        digest.update(description.getBytes(StandardCharsets.UTF_8));
        for (NDArray array : arrays) {
            long size = array.size();
            for (long first = 0; first < size; first += PIECE) {
                try (Scope scope = Scope.open()) {
                    NDIndex piece = new NDIndex("{}:{}", first, Math.min(size, first + PIECE));
                    digest.update(array.reshape(size).get(piece).toByteBuffer());
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
