package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import dev.assay.model.config.BlockConfig;
import dev.assay.model.hook.HookPoint.Kind;
import dev.assay.tensor.Scope;

/**
 * One block of the transformer:
 *
 * <pre>
 * parallel:    resid_post = resid_pre + attention(ln1(resid_pre)) + mlp(ln2(resid_pre))
 * sequential:  resid_mid  = resid_pre + attention(ln1(resid_pre));  resid_post = resid_mid + mlp(ln2(resid_mid))
 * </pre>
 *
 * <p>A family may norm the result of either half again, or read both halves of a parallel block through ln1.
 */
final class Block {
    private final int index;
    private final BlockConfig config;
    private final BlockNorms norms;
    private final Attention attention;
    private final FeedForward mlp;

    /**
     * The norms of a block.
     *
     * @param ln1 before attention
     * @param ln1Post after it, or null
     * @param ln2 before the feed-forward layer, or null when ln1 serves both
     * @param ln2Post after it, or null
     */
    record BlockNorms(NormLayer ln1, NormLayer ln1Post, NormLayer ln2, NormLayer ln2Post) {}

    Block(int index, BlockConfig config, BlockNorms norms, Attention attention, FeedForward mlp) {
        this.index = index;
        this.config = config;
        this.norms = norms;
        this.attention = attention;
        this.mlp = mlp;
    }

    /** Returns the residual stream after this block, or null where the pass ends. */
    NDArray run(NDArray residual, RotaryTable turns, Pass pass) {
        try (Scope scope = Scope.open()) {
            NDArray pre = pass.site(Kind.RESID_PRE, index, residual); // [batch, position, D]
            if (pass.ended()) {
                return null;
            }
            NDArray post = config.parallel() ? parallel(pre, turns, pass) : sequential(pre, turns, pass);
            if (pass.ended()) {
                return null;
            }
            NDArray out = pass.site(Kind.RESID_POST, index, post);
            return pass.ended() ? null : scope.keep(out);
        }
    }

    private NDArray parallel(NDArray pre, RotaryTable turns, Pass pass) {
        boolean attends = pass.needsAttention(index);
        NDArray first = attends || config.sharedNorm() ? norms.ln1().run(pre, pass) : null;
        if (pass.ended()) {
            return null;
        }
        NDArray attended = attends ? attended(first, turns, pass) : null; // [batch, position, D]
        if (pass.ended()) {
            return null;
        }
        NDArray second = config.sharedNorm() ? first : norms.ln2().run(pre, pass);
        NDArray fed = pass.ended() ? null : fed(second, pass);
        return pass.ended() ? null : pre.add(attended).add(fed);
    }

    private NDArray sequential(NDArray pre, RotaryTable turns, Pass pass) {
        NDArray first = norms.ln1().run(pre, pass);
        NDArray attended = pass.ended() ? null : attended(first, turns, pass);
        if (pass.ended()) {
            return null;
        }
        NDArray mid = pass.site(Kind.RESID_MID, index, pre.add(attended));
        if (pass.ended()) {
            return null;
        }
        NDArray second = norms.ln2().run(mid, pass);
        NDArray fed = pass.ended() ? null : fed(second, pass);
        return pass.ended() ? null : mid.add(fed);
    }

    private NDArray attended(NDArray normalized, RotaryTable turns, Pass pass) {
        NDArray attended = attention.run(normalized, turns, pass);
        return added(attended, norms.ln1Post(), Kind.ATTN_OUT, pass);
    }

    private NDArray fed(NDArray normalized, Pass pass) {
        NDArray fed = mlp.run(normalized, pass);
        return added(fed, norms.ln2Post(), Kind.MLP_OUT, pass);
    }

    /** Returns what a half adds to the residual stream, or null where the pass ends. */
    private NDArray added(NDArray result, NormLayer after, Kind site, Pass pass) {
        if (pass.ended()) {
            return null;
        }
        NDArray added = after == null ? result : after.run(result, pass);
        return pass.ended() ? null : pass.site(site, index, added);
    }
}
