package dev.assay.feature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.SparseCodes;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;

/**
 * What features add to the activations of whole contexts. The part of latent j at a token is
 *
 * <pre>
 * s · c_j · d_j
 * </pre>
 *
 * <p>with its activation c_j, its direction d_j ({@link SparseAutoencoder#directions}) and the number s that undoes the
 * normalisation of that token's activations, 1 for most dictionaries. A special token has no codes in a dictionary that was trained
 * without them.
 */
final class FeatureContributions {
    private final HookedTransformer model;
    private final SparseAutoencoder sae;

    FeatureContributions(HookedTransformer model, SparseAutoencoder sae) {
        this.model = model;
        this.sae = sae;
    }

    /**
     * The codes of contexts, one row a token.
     *
     * @param codes of n tokens
     * @param rows int64 [m], the token of each entry
     * @param scale [n, 1], or null for 1
     */
    record Coded(SparseCodes codes, NDArray rows, NDArray scale) {}

    /** Encodes the activations of contexts; {@code tokens} are their ids, one after the other. */
    Coded encode(NDArray activations, long[] tokens) {
        try (Scope scope = Scope.open()) {
            SparseCodes codes = sae.encode(activations);
            NDArray rows = codes.entryRows(); // [m]
            NDArray read = Aten.indexSelect(read(activations.getManager(), tokens), 0, rows); // [m]
            SparseCodes kept = codes.withValues(codes.values().mul(read)).keep(scope);
            return new Coded(kept, scope.keep(rows), keep(scope, scale(activations, tokens.length)));
        }
    }

    private static NDArray keep(Scope scope, NDArray array) {
        return array == null ? null : scope.keep(array);
    }

    /** Returns 1 for a token that the dictionary is for and 0 for any other, [n]. */
    private NDArray read(NDManager manager, long[] tokens) {
        boolean all = !sae.metadata().excludesSpecialTokens();
        float[] read = new float[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            read[i] = all || !model.tokenizer().isSpecial((int) tokens[i]) ? 1 : 0;
        }
        return manager.create(read);
    }

    /** A transcoder's prediction is not scaled back. */
    private NDArray scale(NDArray activations, int tokens) {
        if (sae.transcodes()) {
            return null;
        }
        NDArray rows = activations.toType(DataType.FLOAT32, false).reshape(tokens, sae.dIn());
        return sae.input().normalization().apply(rows).scale();
    }

    /** Returns the activations of one latent a token, [n]; {@code latents} is int64 [n]. */
    NDArray activations(Coded coded, NDArray latents) {
        try (Scope scope = Scope.open()) {
            return scope.keep(Aten.binCount(
                    coded.rows(), values(coded, latents), coded.codes().rows()));
        }
    }

    /** Returns the part of one latent a token, [n, d_out]; {@code latents} is int64 [n]. */
    NDArray parts(Coded coded, NDArray latents) {
        try (Scope scope = Scope.open()) {
            SparseCodes codes = coded.codes();
            NDArray parts =
                    Aten.embeddingBag(sae.directions(), codes.indices(), codes.offsets(), values(coded, latents));
            return scope.keep(coded.scale() == null ? parts : parts.mul(coded.scale()));
        }
    }

    /** Returns the entries' activations with those of all other latents set to 0, [m]. */
    private static NDArray values(Coded coded, NDArray latents) {
        NDArray wanted = Aten.indexSelect(latents, 0, coded.rows());
        NDArray chosen = coded.codes().indices().eq(wanted).toType(DataType.FLOAT32, false);
        return coded.codes().values().mul(chosen);
    }

    /**
     * Returns the gradient attribution of every entry, {@code c_j · (g · s · d_j)}, [m]: to first order, what the part adds to the
     * metric whose gradient with respect to the activations that the parts are of is g, [..., d_out].
     */
    NDArray attributions(Coded coded, NDArray gradient) {
        try (Scope scope = Scope.open()) {
            SparseCodes codes = coded.codes();
            NDArray rows = gradient.toType(DataType.FLOAT32, false).reshape(new Shape(codes.rows(), sae.dOut()));
            NDArray scaled = coded.scale() == null ? rows : rows.mul(coded.scale());
            NDArray slopes = Aten.embeddingBagWeightsGradient(
                    scaled, sae.directions(), codes.indices(), codes.offsets(), coded.rows());
            return scope.keep(slopes.mul(codes.values()));
        }
    }
}
