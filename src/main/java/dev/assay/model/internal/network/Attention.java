package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import dev.assay.model.config.AttentionConfig;
import dev.assay.model.config.Precision;
import dev.assay.model.hook.HookPoint.Kind;
import dev.assay.model.internal.network.EarlierTokens.KeysAndValues;
import dev.assay.tensor.Aten;
import dev.assay.tensor.HalfType;
import dev.assay.tensor.Scope;

/** The causal attention of a block. Several query heads may share one key-value head (grouped-query attention). */
public final class Attention {
    private final AttentionConfig config;
    private final AttentionLayers layers;
    private final NDArray scale;
    private final HalfType half;
    private final int window;
    private final int block;

    /**
     * The linear layers and norms of an attention.
     *
     * @param qkv [(H + 2K)·h, D]
     * @param queryNorm of each query head, or null
     * @param keyNorm of each key head, or null
     * @param out [D, H·h]
     */
    record AttentionLayers(Linear qkv, NormLayer queryNorm, NormLayer keyNorm, Linear out) {}

    /** Creates the attention of a block; {@code scale} is a scalar array. */
    Attention(AttentionConfig config, AttentionLayers layers, NDArray scale, Precision precision, int block) {
        this.config = config;
        this.layers = layers;
        this.scale = scale;
        this.half = precision.half();
        this.window = config.windows().get(block);
        this.block = block;
    }

    /**
     * Returns the attention output, [batch, position, D].
     *
     * @param x the normalised residual stream, [batch, position, D]; not read by a part of a pass that starts at {@code hook_z}
     * @param rotary the rotary table of these positions, or null when positions are learned
     */
    NDArray run(NDArray x, RotaryTable rotary, Pass pass) {
        try (Scope scope = Scope.open()) {
            NDArray z = pass.at(Kind.Z, block, () -> heads(x, rotary, pass)); // [batch, position, H, h]
            long batch = z.getShape().get(0);
            long length = z.getShape().get(1);
            NDArray joined = z.reshape(batch, length, (long) config.heads() * config.dHead());
            return scope.keep(layers.out().apply(joined));
        }
    }

    private NDArray heads(NDArray x, RotaryTable rotary, Pass pass) {
        try (Scope scope = Scope.open()) {
            NDArray all = layers.qkv().apply(x); // [batch, position, (H + 2K)·h]
            int heads = config.heads();
            int shared = config.keyValueHeads();
            long width = config.dHead();
            NDList parts = all.split(new long[] {heads * width, (heads + shared) * width}, 2);
            NDArray q = pass.site(Kind.Q, block, splitHeads(parts.get(0), heads)); // [batch, position, H, h]
            NDArray k = pass.site(Kind.K, block, splitHeads(parts.get(1), shared)); // [batch, position, K, h]
            NDArray v = pass.site(Kind.V, block, splitHeads(parts.get(2), shared)); // [batch, position, K, h]
            if (config.normalizedHeads()) {
                q = layers.queryNorm().apply(q);
                k = layers.keyNorm().apply(k);
            }
            if (rotary != null) {
                boolean inPlace = !pass.recording() && (config.normalizedHeads() || !readsQueriesOrKeys(pass));
                if (inPlace && config.normalizedHeads()) {
                    rotary.rotate_(q);
                    rotary.rotate_(k);
                } else if (inPlace) {
                    NDArray queriesAndKeys =
                            all.split(new long[] {(heads + shared) * width}, 2).get(0);
                    rotary.rotate_(splitHeads(queriesAndKeys, heads + shared));
                }
                q = pass.site(Kind.ROT_Q, block, inPlace ? q : rotary.rotated(q));
                k = pass.site(Kind.ROT_K, block, inPlace ? k : rotary.rotated(k));
            }
            KeysAndValues read = pass.earlier().followedBy(block, k.transpose(0, 2, 1, 3), v.transpose(0, 2, 1, 3));
            boolean hooked = pass.hooked(Kind.ATTN_SCORES, block) || pass.hooked(Kind.PATTERN, block);
            boolean explicit = hooked || config.softCap() > 0;
            NDArray mixed = explicit ? stepByStep(q, read, pass) : fused(q, read, pass.geometry());
            return scope.keep(mixed.transpose(0, 2, 1, 3)); // [batch, position, H, h]
        }
    }

    /** Returns whether queries or keys before their rotation are used elsewhere, so that they must not change. */
    private boolean readsQueriesOrKeys(Pass pass) {
        return pass.hooked(Kind.Q, block) || pass.hooked(Kind.K, block);
    }

    /** Reshapes [batch, position, heads·h] to [batch, position, heads, h]. */
    private NDArray splitHeads(NDArray x, int heads) {
        return x.reshape(x.getShape().get(0), x.getShape().get(1), heads, config.dHead());
    }

    /** Returns {@code softmax(q·kᵀ·scale)·v} computed by one fused operation, [batch, H, position, h]. */
    private NDArray fused(NDArray q, KeysAndValues read, SequenceGeometry geometry) {
        NDArray queries = q.transpose(0, 2, 1, 3);
        NDArray keys = perQueryHead(read.keys());
        NDArray values = perQueryHead(read.values());
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
     * Returns the same, [batch, H, position, h], with explicit scores: for hooks on scores and pattern, and for scores with a soft cap
     * c, {@code softmax(c·tanh(q·kᵀ·scale/c))·v}.
     */
    private NDArray stepByStep(NDArray q, KeysAndValues read, Pass pass) {
        NDArray products =
                q.transpose(0, 2, 1, 3).matMul(perQueryHead(read.keys()).transpose(0, 1, 3, 2));
        NDArray hidden = pass.geometry().hidden(window);
        NDArray masked = pass.recording() ? masked(products, hidden) : maskedInPlace(products, hidden);
        NDArray scores = pass.site(Kind.ATTN_SCORES, block, masked); // [batch, H, query, key]
        NDArray pattern = pass.site(Kind.PATTERN, block, scores.softmax(-1)); // [batch, H, query, key]
        return pattern.matMul(perQueryHead(read.values()));
    }

    private NDArray masked(NDArray products, NDArray hidden) {
        NDArray scaled = products.mul(scale);
        return SoftCap.apply(scaled, config.softCap()).add(hidden);
    }

    /** Computes the same in the memory of the products. */
    private NDArray maskedInPlace(NDArray products, NDArray hidden) {
        Aten.mul_(products, scale);
        SoftCap.applyInPlace(products, config.softCap());
        Aten.add_(products, hidden, 1);
        return products;
    }

    /** Repeats each key or value head, [batch, K, position, h], for the query heads that share it: [batch, H, position, h]. */
    private NDArray perQueryHead(NDArray heads) {
        int sharing = config.heads() / config.keyValueHeads();
        return sharing == 1 ? heads : heads.repeat(1, sharing);
    }
}
