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

    /** Returns the residual stream after this block, [batch, position, D]; a part of a pass that starts in this block ignores the input. */
    NDArray run(NDArray residual, RotaryTable rotary, Pass pass) {
        try (Scope scope = Scope.open()) {
            NDArray pre = pass.at(Kind.RESID_PRE, index, () -> residual); // [batch, position, D]
            return scope.keep(pass.at(
                    Kind.RESID_POST,
                    index,
                    () -> config.parallel() ? parallel(pre, rotary, pass) : sequential(pre, rotary, pass)));
        }
    }

    private NDArray sequential(NDArray pre, RotaryTable rotary, Pass pass) {
        NDArray attnOut = pass.at(Kind.ATTN_OUT, index, () -> attnUpdate(ln1(pre, pass), rotary, pass));
        NDArray mid = pass.at(Kind.RESID_MID, index, () -> pre.add(attnOut));
        NDArray mlpOut = pass.at(Kind.MLP_OUT, index, () -> mlpUpdate(ln2(mid, pass), pass));
        return mid.add(mlpOut);
    }

    private NDArray parallel(NDArray pre, RotaryTable rotary, Pass pass) {
        if (!pass.needsAttention(index)) {
            NDArray normalized = config.sharedNorm() ? ln1(pre, pass) : ln2(pre, pass);
            return pass.at(Kind.MLP_OUT, index, () -> mlpUpdate(normalized, pass)); // the pass ends in here
        }
        NDArray ln1 = ln1(pre, pass);
        NDArray attnOut = pass.at(Kind.ATTN_OUT, index, () -> attnUpdate(ln1, rotary, pass));
        NDArray sum = pass.after(Kind.RESID_MID, index, () -> pre.add(attnOut));
        NDArray mlpOut =
                pass.at(Kind.MLP_OUT, index, () -> mlpUpdate(config.sharedNorm() ? ln1 : ln2(pre, pass), pass));
        return sum.add(mlpOut);
    }

    private NDArray ln1(NDArray x, Pass pass) {
        return pass.after(Kind.LN1_NORMALIZED, index, () -> norms.ln1().run(x, pass));
    }

    private NDArray ln2(NDArray x, Pass pass) {
        return pass.after(Kind.LN2_NORMALIZED, index, () -> norms.ln2().run(x, pass));
    }

    /** Returns the update that attention adds to the residual stream, before the hooks of its site. */
    private NDArray attnUpdate(NDArray normalized, RotaryTable rotary, Pass pass) {
        return normed(attention.run(normalized, rotary, pass), norms.ln1Post(), pass);
    }

    /** Returns the update that the feed-forward layer adds to the residual stream, before the hooks of its site. */
    private NDArray mlpUpdate(NDArray normalized, Pass pass) {
        return normed(mlp.run(normalized, pass), norms.ln2Post(), pass);
    }

    /** Applies the norm after one half; {@code postNorm} may be null. */
    private static NDArray normed(NDArray output, NormLayer postNorm, Pass pass) {
        return postNorm == null ? output : postNorm.run(output, pass);
    }
}
