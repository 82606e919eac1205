package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookPoint.Kind;
import dev.assay.model.hook.HookTable;
import dev.assay.model.hook.Site;
import dev.assay.tensor.Autograd;

/** One run of the model: its tokens, the hooks that watch it, and where it stops. */
public final class Pass {
    private final HookTable hooks;
    private final int stop;
    private final NDArray tokens;
    private final SequenceGeometry geometry;
    private final boolean recording = Autograd.isRecording();
    private boolean ended;

    /** A pass over [batch, position] tokens up to a slot of the table, that slot included. */
    public Pass(HookTable hooks, int stop, NDArray tokens, SequenceGeometry geometry) {
        this.hooks = hooks;
        this.stop = stop;
        this.tokens = tokens;
        this.geometry = geometry;
    }

    /** Shows an activation to the hooks of its site, unless the pass has ended, and returns what the model goes on with. */
    NDArray site(Kind kind, int block, NDArray activation) {
        int slot = hooks.slot(kind, block);
        HookTable.Hook hook = ended ? null : hooks.at(slot);
        ended |= slot >= stop;
        return hook == null ? activation : call(hook, new HookPoint(kind, block), activation);
    }

    private NDArray call(HookTable.Hook hook, HookPoint point, NDArray activation) {
        return hook.apply(activation, new Site(point, tokens, geometry.mask()));
    }

    boolean hooked(Kind kind, int block) {
        return hooks.at(hooks.slot(kind, block)) != null;
    }

    /** Tells whether the last site asked for has been seen, so that nothing more is to be computed. */
    boolean ended() {
        return ended;
    }

    /** Tells whether gradients are recorded, so that nothing may be changed in place. */
    boolean recording() {
        return recording;
    }

    SequenceGeometry geometry() {
        return geometry;
    }

    /** Tells whether somebody needs the attention of a parallel block, whose feed-forward half does without. */
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
