package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import dev.assay.model.config.AttentionConfig;
import dev.assay.model.config.Precision;
import dev.assay.model.hook.HookPoint.Kind;
import dev.assay.tensor.Aten;
import dev.assay.tensor.HalfType;
import dev.assay.tensor.Scope;

/** The attention of a block: causal, over heads of queries and as many or fewer heads of keys and values. */
public final class Attention {
    private final AttentionConfig config;
    private final AttentionLayers layers;
    private final NDArray scale;
    private final HalfType half;
    private final int window;
    private final int block;

    /**
     * The products and norms of an attention.
     *
     * @param qkv [(H + 2K)·h, D]
     * @param queryNorm of each head of queries, or null
     * @param keyNorm of each head of keys, or null
     * @param out [D, H·h]
     */
    record AttentionLayers(Linear qkv, NormLayer queryNorm, NormLayer keyNorm, Linear out) {}

    /** Makes the attention of a block; {@code scale} is a scalar array. */
    Attention(AttentionConfig config, AttentionLayers layers, NDArray scale, Precision precision, int block) {
        this.config = config;
        this.layers = layers;
        this.scale = scale;
        this.half = precision.half();
        this.window = config.windows().get(block);
        this.block = block;
    }

    /**
     * Returns the attention's result, [batch, position, D], or null where the pass ends.
     *
     * @param x the normalised residual stream, [batch, position, D]
     * @param turns the angles of these positions, or null when positions are learned
     */
    NDArray run(NDArray x, RotaryTable turns, Pass pass) {
        try (Scope scope = Scope.open()) {
            NDArray z = heads(x, turns, pass); // [batch, position, H, h]
            if (pass.ended()) {
                return null;
            }
            long batch = x.getShape().get(0);
            long length = x.getShape().get(1);
            NDArray joined = z.reshape(batch, length, (long) config.heads() * config.dHead());
            return scope.keep(layers.out().apply(joined));
        }
    }

    private NDArray heads(NDArray x, RotaryTable turns, Pass pass) {
        try (Scope scope = Scope.open()) {
            NDArray all = layers.qkv().apply(x); // [batch, position, (H + 2K)·h]
            int heads = config.heads();
            int shared = config.keyValueHeads();
            long width = config.dHead();
            NDList parts = all.split(new long[] {heads * width, (heads + shared) * width}, 2);
            NDArray q = pass.site(Kind.Q, block, headed(parts.get(0), heads)); // [batch, position, H, h]
            NDArray k = pass.site(Kind.K, block, headed(parts.get(1), shared)); // [batch, position, K, h]
            NDArray v = pass.site(Kind.V, block, headed(parts.get(2), shared)); // [batch, position, K, h]
            if (pass.ended()) {
                return null;
            }
            if (config.normalizedHeads()) {
                q = layers.queryNorm().apply(q);
                k = layers.keyNorm().apply(k);
            }
            if (turns != null) {
                q = pass.site(Kind.ROT_Q, block, turns.turn(q));
                k = pass.site(Kind.ROT_K, block, turns.turn(k));
            }
            if (pass.ended()) {
                return null;
            }
            boolean hooked = pass.hooked(Kind.ATTN_SCORES, block) || pass.hooked(Kind.PATTERN, block);
            boolean explicit = hooked || config.softCap() > 0;
            NDArray result = explicit ? stepByStep(q, k, v, pass) : fused(q, k, v, pass.geometry());
            if (pass.ended()) {
                return null;
            }
            NDArray z = pass.site(Kind.Z, block, result.transpose(0, 2, 1, 3)); // [batch, position, H, h]
            return pass.ended() ? null : scope.keep(z);
        }
    }

    /** Returns [batch, position, heads·h] as [batch, position, heads, h]. */
    private NDArray headed(NDArray x, int heads) {
        return x.reshape(x.getShape().get(0), x.getShape().get(1), heads, config.dHead());
    }

    /** Returns {@code softmax(q·kᵀ·scale)·v} as one operation, [batch, H, position, h]. */
    private NDArray fused(NDArray q, NDArray k, NDArray v, SequenceGeometry geometry) {
        NDArray queries = q.transpose(0, 2, 1, 3);
        NDArray keys = perQueryHead(k);
        NDArray values = perQueryHead(v);
        if (half != null) {
            return geometry.isPlainlyCausal(window)
                    ? half.causalAttention(queries, keys, values, scale)
                    : half.maskedAttention(queries, keys, values, scale, geometry.hidden(window));
        }
        return geometry.isPlainlyCausal(window)
                ? Aten.causalAttention(queries, keys, values, scale)
                : Aten.maskedAttention(queries, keys, values, scale, geometry.hidden(window));
    }

    /**
     * Returns the same in steps, for hooks on scores and pattern and for scores with a soft cap c,
     * {@code softmax(c·tanh(q·kᵀ·scale/c))·v}; null where the pass ends.
     */
    private NDArray stepByStep(NDArray q, NDArray k, NDArray v, Pass pass) {
        NDArray similar = q.transpose(0, 2, 1, 3).matMul(perQueryHead(k).transpose(0, 1, 3, 2));
        NDArray hidden = pass.geometry().hidden(window);
        NDArray visible = pass.recording() ? visible(similar, hidden) : visibleInPlace(similar, hidden);
        NDArray scores = pass.site(Kind.ATTN_SCORES, block, visible); // [batch, H, query, key]
        if (pass.ended()) {
            return null;
        }
        NDArray pattern = pass.site(Kind.PATTERN, block, scores.softmax(-1)); // [batch, H, query, key]
        return pass.ended() ? null : pattern.matMul(perQueryHead(v));
    }

    private NDArray visible(NDArray similar, NDArray hidden) {
        NDArray scaled = similar.mul(scale);
        return SoftCap.apply(scaled, config.softCap()).add(hidden);
    }

    /** Computes the same without another array of that size. */
    private NDArray visibleInPlace(NDArray similar, NDArray hidden) {
        Aten.mul_(similar, scale);
        SoftCap.applyInPlace(similar, config.softCap());
        Aten.add_(similar, hidden, 1);
        return similar;
    }

    /** Repeats each head of keys or values for the query heads that share it: [batch, H, position, h]. */
    private NDArray perQueryHead(NDArray x) {
        NDArray headed = x.transpose(0, 2, 1, 3);
        int sharing = config.heads() / config.keyValueHeads();
        return sharing == 1 ? headed : headed.repeat(1, sharing);
    }
}
