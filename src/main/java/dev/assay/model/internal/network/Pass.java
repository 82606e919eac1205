package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookPoint.Kind;
import dev.assay.model.hook.Site;
import dev.assay.model.internal.hook.HookTable;
import dev.assay.tensor.Autograd;

/** One run of the model: its tokens, the hooks on its sites, and the site where it ends. */
public final class Pass {
    private final HookTable hooks;
    private final int stop;
    private final NDArray tokens;
    private final SequenceGeometry geometry;
    private final EarlierTokens earlier;
    private final Site.Text text;
    private final boolean recording = Autograd.isRecording();

    /**
     * Creates a pass.
     *
     * @param stop the slot of the last site to compute, or {@link HookTable#NEVER}
     * @param tokens the tokens to compute, int64 [batch, position]
     * @param text the earlier tokens, followed by the tokens to compute
     */
    public Pass(
            HookTable hooks,
            int stop,
            NDArray tokens,
            SequenceGeometry geometry,
            EarlierTokens earlier,
            Site.Text text) {
        this.hooks = hooks;
        this.stop = stop;
        this.tokens = tokens;
        this.geometry = geometry;
        this.earlier = earlier;
        this.text = text;
    }

    /**
     * Calls the hooks of a site and returns the activation to continue with.
     *
     * @throws PassEnded when this is the last site to compute
     */
    NDArray site(Kind kind, int block, NDArray activation) {
        int slot = hooks.slot(kind, block);
        HookTable.Hook hook = hooks.at(slot);
        NDArray result = hook == null
                ? activation
                : hook.apply(activation, new Site(new HookPoint(kind, block), tokens, geometry.mask(), text));
        if (slot >= stop) {
            throw PassEnded.INSTANCE;
        }
        return result;
    }

    boolean hooked(Kind kind, int block) {
        return hooks.at(hooks.slot(kind, block)) != null;
    }

    /** Returns whether gradients are recorded. If so, no array may be changed in place. */
    boolean recording() {
        return recording;
    }

    SequenceGeometry geometry() {
        return geometry;
    }

    /** Returns the tokens to compute, int64 [batch, position]. */
    NDArray tokens() {
        return tokens;
    }

    /** Returns the earlier tokens, followed by the tokens to compute. */
    Site.Text text() {
        return text;
    }

    EarlierTokens earlier() {
        return earlier;
    }

    /**
     * Returns whether the attention of a parallel block is needed: not when the pass ends inside the feed-forward half, which does not
     * read it, and no site of the attention is hooked.
     */
    public boolean needsAttention(int block) {
        if (stop > hooks.slot(Kind.MLP_OUT, block)) {
            return true;
        }
        for (int slot = hooks.slot(Kind.LN1_SCALE, block); slot <= hooks.slot(Kind.ATTN_OUT, block); slot++) {
            if (hooks.at(slot) != null) {
                return true;
            }
        }
        return false;
    }
}
