package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import dev.assay.model.config.BlockConfig;
import dev.assay.model.hook.HookPoint.Kind;
import dev.assay.tensor.Scope;

/**
 * One block of the transformer:
 *
 * <pre>
 * sequential:  resid_mid  = resid_pre + attention(ln1(resid_pre));  resid_post = resid_mid + mlp(ln2(resid_mid))
 * parallel:    resid_post = resid_pre + attention(ln1(resid_pre)) + mlp(ln2(resid_pre))
 * </pre>
 *
 * <p>Some families normalise the output of each half as well, or use ln1 for both halves of a parallel block.
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
     * @param ln1Post after attention, or null
     * @param ln2 before the feed-forward layer, or null when both halves share ln1
     * @param ln2Post after the feed-forward layer, or null
     */
    record BlockNorms(NormLayer ln1, NormLayer ln1Post, NormLayer ln2, NormLayer ln2Post) {}

    Block(int index, BlockConfig config, BlockNorms norms, Attention attention, FeedForward mlp) {
        this.index = index;
        this.config = config;
        this.norms = norms;
        this.attention = attention;
        this.mlp = mlp;
    }

    /** Returns the residual stream after this block, [batch, position, D]. */
    NDArray run(NDArray residual, RotaryTable rotary, Pass pass) {
        try (Scope scope = Scope.open()) {
            NDArray pre = pass.site(Kind.RESID_PRE, index, residual); // [batch, position, D]
            NDArray post = config.parallel() ? parallel(pre, rotary, pass) : sequential(pre, rotary, pass);
            return scope.keep(pass.site(Kind.RESID_POST, index, post));
        }
    }

    private NDArray sequential(NDArray pre, RotaryTable rotary, Pass pass) {
        NDArray attnOut = attnOut(norms.ln1().run(pre, pass), rotary, pass);
        NDArray mid = pass.site(Kind.RESID_MID, index, pre.add(attnOut));
        return mid.add(mlpOut(norms.ln2().run(mid, pass), pass));
    }

    private NDArray parallel(NDArray pre, RotaryTable rotary, Pass pass) {
        if (!pass.needsAttention(index)) {
            NormLayer ln2 = config.sharedNorm() ? norms.ln1() : norms.ln2();
            return mlpOut(ln2.run(pre, pass), pass); // the pass ends in here
        }
        NDArray ln1 = norms.ln1().run(pre, pass);
        NDArray attnOut = attnOut(ln1, rotary, pass);
        NDArray ln2 = config.sharedNorm() ? ln1 : norms.ln2().run(pre, pass);
        return pre.add(attnOut).add(mlpOut(ln2, pass));
    }

    private NDArray attnOut(NDArray normalized, RotaryTable rotary, Pass pass) {
        return residualUpdate(attention.run(normalized, rotary, pass), norms.ln1Post(), Kind.ATTN_OUT, pass);
    }

    private NDArray mlpOut(NDArray normalized, Pass pass) {
        return residualUpdate(mlp.run(normalized, pass), norms.ln2Post(), Kind.MLP_OUT, pass);
    }

    /** Returns the update that one half adds to the residual stream; {@code postNorm} may be null. */
    private NDArray residualUpdate(NDArray output, NormLayer postNorm, Kind site, Pass pass) {
        NDArray update = postNorm == null ? output : postNorm.run(output, pass);
        return pass.site(site, index, update);
    }
}
