package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookPoint.Kind;
import dev.assay.model.hook.Site;
import dev.assay.model.internal.hook.HookTable;
import dev.assay.tensor.Autograd;
import java.util.function.Supplier;

/** One run of the model: its tokens, the hooks on its sites, and the site where it ends. */
public final class Pass {
    private final HookTable hooks;
    private final int stop;
    private final NDArray tokens;
    private final SequenceGeometry geometry;
    private final EarlierTokens earlier;
    private final Site.Text text;
    private final PassPart part;
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
        this(hooks, stop, tokens, geometry, earlier, text, PassPart.WHOLE);
    }

    /** Creates a pass of which only a part is computed. */
    Pass(
            HookTable hooks,
            int stop,
            NDArray tokens,
            SequenceGeometry geometry,
            EarlierTokens earlier,
            Site.Text text,
            PassPart part) {
        this.hooks = hooks;
        this.stop = stop;
        this.tokens = tokens;
        this.geometry = geometry;
        this.earlier = earlier;
        this.text = text;
        this.part = part;
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

    /**
     * Computes the activation of a site where a pass can pause, calls its hooks and returns the activation to continue with. A part of a
     * pass that starts later returns the stored value, or null for a value that it does not read.
     *
     * @throws PassEnded when this is the last site to compute
     */
    NDArray at(Kind kind, int block, Supplier<NDArray> computation) {
        int slot = hooks.slot(kind, block);
        if (part.isAfter(slot)) {
            return part.stored(kind, block);
        }
        NDArray activation = part.startsAt(slot) ? part.stored(kind, block) : computation.get();
        if (part.endsAt(slot)) {
            part.storeLast(kind, activation);
            throw PassEnded.INSTANCE;
        }
        NDArray result = site(kind, block, activation);
        part.store(kind, block, result);
        return result;
    }

    /**
     * Computes a value without hooks of its own, whose computation ends with a site. A part of a pass that starts after the site returns
     * the stored value, or null for a value that it does not read.
     */
    NDArray after(Kind kind, int block, Supplier<NDArray> computation) {
        if (part.isAfter(hooks.slot(kind, block))) {
            return part.stored(kind, block);
        }
        NDArray value = computation.get();
        part.store(kind, block, value);
        return value;
    }

    /** Returns whether a site must be computed as a value of its own: it has a hook, or the pass pauses there. */
    boolean hooked(Kind kind, int block) {
        int slot = hooks.slot(kind, block);
        return hooks.at(slot) != null || part.startsAt(slot) || part.endsAt(slot);
    }

    PassPart part() {
        return part;
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
        if (stop > hooks.slot(Kind.MLP_OUT, block) || part.startsIn(block)) {
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
