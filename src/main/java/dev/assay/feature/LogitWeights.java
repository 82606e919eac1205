package dev.assay.feature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.Lifetime;
import dev.assay.attach.AttachedDictionary;
import dev.assay.feature.report.LogitSummary;
import dev.assay.feature.report.TokenLogit;
import dev.assay.feature.store.SmallestKeys;
import dev.assay.model.HookedTransformer;
import dev.assay.model.config.Norm;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.Aten;
import dev.assay.tensor.ChunkSizes;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Logit weights of decoder directions d along the direct path through the final norm and the unembedding (logit lens):
 *
 * <pre>
 * LayerNorm:  unembedding · (weight ⊙ (d − mean(d)))
 * RMSNorm:    unembedding · (weight ⊙ d)
 * </pre>
 *
 * <p>where the weight is 1 + the stored weight in model families with a unit offset. The norm also divides by a scale that depends on the
 * residual stream at each position. The scale is omitted: it is positive and common to all tokens of the vocabulary, so it changes
 * neither order nor proportions. The logit softcap of some families and the effects through later blocks are omitted too.
 */
final class LogitWeights {
    private final HookedTransformer model;
    private final SparseAutoencoder sae;
    private final boolean writesToResidual;

    LogitWeights(AttachedDictionary attached) {
        this.model = attached.model();
        this.sae = attached.sae();
        this.writesToResidual = attached.sites().writesToResidual();
    }

    /**
     * The logit weights of one latent.
     *
     * @param top the largest weights, in descending order
     * @param bottom the smallest weights, in ascending order
     * @param summary the moments of all weights; empty if the dictionary does not write to the residual stream
     */
    record OfLatent(List<TokenLogit> top, List<TokenLogit> bottom, Optional<LogitSummary> summary) {
        private static final OfLatent NONE = new OfLatent(List.of(), List.of(), Optional.empty());
    }

    /**
     * Returns the {@code count} largest and smallest weights of each latent from {@code first} to {@code end}, exclusive; without weights
     * if the dictionary does not write to the residual stream.
     */
    List<OfLatent> of(int first, int end, int count) {
        if (!writesToResidual) {
            return Collections.nCopies(end - first, OfLatent.NONE);
        }
        List<OfLatent> all = new ArrayList<>(end - first);
        int step = ChunkSizes.rowsWithin(ChunkSizes.PRODUCT, tokens());
        for (int from = first; from < end; from += step) {
            all.addAll(chunk(from, Math.min(end, from + step), count));
        }
        return all;
    }

    private List<OfLatent> chunk(int first, int end, int count) {
        try (Scope scope = Scope.open()) {
            NDArray logits = weights(first, end); // [latents, V]
            int width = (int) logits.getShape().get(1);
            float[] values = logits.toFloatArray();
            List<OfLatent> chunk = new ArrayList<>();
            for (int i = 0; i < end - first; i++) {
                LogitSummary summary = LogitSummary.of(values, i * width, (i + 1) * width);
                List<TokenLogit> top = extremes(values, i * width, width, count, 1);
                List<TokenLogit> bottom = extremes(values, i * width, width, count, -1);
                chunk.add(new OfLatent(top, bottom, Optional.of(summary)));
            }
            return chunk;
        }
    }

    /** Returns the largest weights of a latent, or the smallest with sign −1; ties by token id. */
    private List<TokenLogit> extremes(float[] values, int first, int width, int count, int sign) {
        SmallestKeys found = new SmallestKeys(Math.min(count, width));
        for (int token = 0; token < width; token++) {
            found.offer(SmallestKeys.largestFirst(sign * values[first + token], token));
        }
        List<TokenLogit> list = new ArrayList<>(count);
        for (long key : found.rising()) {
            int token = (int) key;
            list.add(new TokenLogit(token, model.tokenizer().token(token), values[first + token]));
        }
        return list;
    }

    /** Returns the weights of all latents on one token, [d_sae]; empty if the dictionary does not write to the residual stream. */
    float[] onToken(int token) {
        if (!writesToResidual) {
            return new float[0];
        }
        try (Lifetime.Use open = model.use();
                Lifetime.Use use = sae.use();
                Scope scope = Scope.open()) {
            // ⟨u, w ⊙ (d − mean(d))⟩ = ⟨(w ⊙ u) − mean(w ⊙ u), d⟩: one product with the unmodified directions.
            NDArray read = model.unembedding().get(new NDIndex("{}:{}", token, token + 1)); // [1, D]
            NDArray weighted = centred(read.mul(model.finalNormWeight()));
            return Aten.linear(weighted, sae.directions(), null).toFloatArray();
        }
    }

    /** Returns the weights of a latent on all tokens, [tokens]; empty if the dictionary does not write to the residual stream. */
    float[] onAllTokens(int latent) {
        if (!writesToResidual) {
            return new float[0];
        }
        try (Scope scope = Scope.open()) {
            return weights(latent, latent + 1).toFloatArray();
        }
    }

    /** Returns the weights of a range of latents on all tokens of the tokenizer, [latents, tokens]. */
    NDArray weights(int first, int end) {
        try (Lifetime.Use open = model.use();
                Lifetime.Use use = sae.use();
                Scope scope = Scope.open()) {
            NDArray directions = centred(sae.directions().get(new NDIndex("{}:{}", first, end))); // [latents, D]
            NDArray unembedding = model.unembedding().get(new NDIndex("0:{}", tokens())); // [tokens, D]
            return scope.keep(Aten.linear(directions.mul(model.finalNormWeight()), unembedding, null));
        }
    }

    private NDArray centred(NDArray directions) {
        return model.config().norm() instanceof Norm.LayerNorm
                ? directions.sub(directions.mean(new int[] {1}, true))
                : directions;
    }

    /** Returns the number of tokens of the tokenizer. Checkpoints pad the vocabulary to a round number with unused rows. */
    private int tokens() {
        return Math.min(model.config().vocabularySize(), model.tokenizer().vocabularySize());
    }
}
