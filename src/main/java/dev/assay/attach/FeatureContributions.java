package dev.assay.attach;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.Lifetime;
import dev.assay.sae.SparseCodes;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;

/**
 * Contributions of features to the activations that a dictionary writes. The contribution of latent j at a token is
 *
 * <pre>
 * s · c_j · d_j
 * </pre>
 *
 * <p>with its code c_j, its direction d_j ({@link dev.assay.sae.SparseAutoencoder#directions}) and the factor s that undoes the
 * normalisation of that token's activations ({@link AttachedDictionary#scale}), 1 for most dictionaries. A token that the
 * dictionary's training left out ({@link TokenMask}) has no codes.
 */
public final class FeatureContributions {
    private final AttachedDictionary attached;

    /**
     * Prepares the contributions of a dictionary's features.
     *
     * @param attached the dictionary
     */
    public FeatureContributions(AttachedDictionary attached) {
        this.attached = attached;
    }

    /**
     * The codes of contexts, one row a token.
     *
     * @param codes of n tokens
     * @param rows int64 [m], the token of each entry
     * @param scale [n, 1], or null for 1
     */
    public record Coded(SparseCodes codes, NDArray rows, NDArray scale) {}

    /**
     * Encodes the activations of contexts.
     *
     * @param x the activations that the dictionary reads, one row per token, [n, d_in]
     * @param tokens the ids of the n tokens, context after context
     * @param length the number of tokens per context
     * @return the codes, none at tokens that the dictionary is not for
     */
    public Coded encode(NDArray x, long[] tokens, int length) {
        try (Scope scope = Scope.open()) {
            SparseCodes codes = attached.sae().encode(x);
            NDArray rows = codes.entryRows(); // [m]
            NDArray read = Aten.indexSelect(attached.mask().weights(x.getManager(), tokens, length), 0, rows); // [m]
            SparseCodes kept = codes.withValues(codes.values().mul(read)).keep(scope);
            NDArray scale = attached.scale(x);
            return new Coded(kept, scope.keep(rows), scale == null ? null : scope.keep(scale));
        }
    }

    /**
     * Returns the code of one latent per token.
     *
     * @param coded n tokens
     * @param latents int64 [n], the latent of each token
     * @return [n]
     */
    public NDArray codes(Coded coded, NDArray latents) {
        try (Scope scope = Scope.open()) {
            return scope.keep(Aten.binCount(
                    coded.rows(), values(coded, latents), coded.codes().rows()));
        }
    }

    /**
     * Returns the contribution of one latent per token.
     *
     * @param coded n tokens
     * @param latents int64 [n], the latent of each token
     * @return [n, d_out]
     */
    public NDArray contributions(Coded coded, NDArray latents) {
        try (Lifetime.Use use = attached.sae().use();
                Scope scope = Scope.open()) {
            SparseCodes codes = coded.codes();
            NDArray sums = Aten.embeddingBag(
                    attached.sae().directions(), codes.indices(), codes.offsets(), values(coded, latents));
            return scope.keep(coded.scale() == null ? sums : sums.mul(coded.scale()));
        }
    }

    /** Returns the entries' codes with those of all other latents set to 0, [m]. */
    private static NDArray values(Coded coded, NDArray latents) {
        NDArray wanted = Aten.indexSelect(latents, 0, coded.rows());
        NDArray chosen = coded.codes().indices().eq(wanted).toType(DataType.FLOAT32, false);
        return coded.codes().values().mul(chosen);
    }

    /**
     * Returns the gradient attribution of every entry, {@code c_j · (g · s · d_j)}: to first order, what the contribution adds to a metric.
     *
     * @param coded n tokens with m entries
     * @param gradient g, of the metric with respect to the written activations, [n, d_out] in any shape
     * @return [m]
     */
    public NDArray attributions(Coded coded, NDArray gradient) {
        try (Lifetime.Use use = attached.sae().use();
                Scope scope = Scope.open()) {
            SparseCodes codes = coded.codes();
            NDArray rows = gradient.toType(DataType.FLOAT32, false)
                    .reshape(new Shape(codes.rows(), attached.sae().dOut()));
            NDArray scaled = coded.scale() == null ? rows : rows.mul(coded.scale());
            NDArray slopes = Aten.embeddingBagWeightsGradient(
                    scaled, attached.sae().directions(), codes.indices(), codes.offsets(), coded.rows());
            return scope.keep(slopes.mul(codes.values()));
        }
    }
}
