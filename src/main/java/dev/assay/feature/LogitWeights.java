package dev.assay.feature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.model.HookPoint;
import dev.assay.model.HookedTransformer;
import dev.assay.model.Norm;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What each decoder direction does to the logits on its straight way through the final norm and the unembedding:
 *
 * <pre>
 * logits = unembedding · (weight ⊙ (d − mean(d)))
 * </pre>
 *
 * <p>for LayerNorm with that weight. The norm also divides by the deviation of the whole residual stream, which differs from token to
 * token and is left out: it is positive and common to all tokens, so that it changes neither order nor proportions. Later blocks,
 * which read the direction too, are not part of this.
 */
final class LogitWeights {
    private final HookedTransformer model;
    private final SparseAutoencoder sae;
    private final int count;
    private final boolean writesToResidual;

    /** The weights of a dictionary that reads {@code site}, of which the {@code count} largest and smallest are wanted. */
    LogitWeights(HookedTransformer model, SparseAutoencoder sae, HookPoint site, int count) {
        this.model = model;
        this.sae = sae;
        this.count = count;
        this.writesToResidual = isPartOfResidual(site.kind());
    }

    /** The largest and the smallest weights of one latent. */
    record Extremes(List<TokenLogit> top, List<TokenLogit> bottom) {}

    /** Returns the extremes of the latents from {@code first} up to {@code end}; empty lists for a site beside the residual stream. */
    List<Extremes> of(int first, int end) {
        if (!writesToResidual) {
            return Collections.nCopies(end - first, new Extremes(List.of(), List.of()));
        }
        try (Scope scope = Scope.open()) {
            NDArray logits = weights(first, end); // [latents, V]
            int shown = (int) Math.min(count, logits.getShape().get(1));
            List<List<TokenLogit>> top = lists(Aten.topKSorted(logits, shown), 1, end - first);
            List<List<TokenLogit>> bottom = lists(Aten.topKSorted(logits.neg(), shown), -1, end - first);
            List<Extremes> extremes = new ArrayList<>();
            for (int i = 0; i < end - first; i++) {
                extremes.add(new Extremes(top.get(i), bottom.get(i)));
            }
            return extremes;
        }
    }

    /** Returns the weights on all tokens that the tokenizer has, [latents, tokens]. */
    NDArray weights(int first, int end) {
        try (Scope scope = Scope.open()) {
            NDArray directions = sae.decoder().get(new NDIndex("{}:{}", first, end)); // [latents, D]
            if (model.config().norm() instanceof Norm.LayerNorm) {
                directions = directions.sub(directions.mean(new int[] {1}, true));
            }
            // Checkpoints fill the vocabulary up to a round number with rows that no token has.
            long tokens = Math.min(
                    model.unembedding().getShape().get(0), model.tokenizer().vocabularySize());
            NDArray unembedding = model.unembedding().get(new NDIndex("0:{}", tokens)); // [tokens, D]
            return scope.keep(Aten.linear(directions.mul(model.finalNormWeight()), unembedding, null));
        }
    }

    private List<List<TokenLogit>> lists(Aten.Selection selection, int sign, int latents) {
        float[] values = selection.values().toFloatArray();
        long[] ids = selection.indices().toLongArray();
        int width = values.length / latents;
        List<List<TokenLogit>> lists = new ArrayList<>();
        for (int latent = 0; latent < latents; latent++) {
            List<TokenLogit> list = new ArrayList<>();
            for (int i = latent * width; i < (latent + 1) * width; i++) {
                list.add(new TokenLogit((int) ids[i], model.tokenizer().token((int) ids[i]), sign * values[i]));
            }
            lists.add(list);
        }
        return lists;
    }

    private static boolean isPartOfResidual(HookPoint.Kind kind) {
        return switch (kind) {
            case EMBED, POS_EMBED, RESID_PRE, ATTN_OUT, RESID_MID, MLP_OUT, RESID_POST -> true;
            default -> false;
        };
    }
}
