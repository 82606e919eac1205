package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import dev.assay.model.hook.HookPoint.Kind;

/** The part of a pass that is computed: all of it, the part before a pause, or the part from a pause on. */
final class PassPart {
    static final PassPart WHOLE = new PassPart(null, -1, Integer.MAX_VALUE);

    private final PausedState state;
    private final int start;
    private final int end;

    private PassPart(PausedState state, int start, int end) {
        this.state = state;
        this.start = start;
        this.end = end;
    }

    /** Returns the part up to the pause, whose values it stores. */
    static PassPart before(PausedState state) {
        return new PassPart(state, -1, state.slot());
    }

    /** Returns the part from the pause on. */
    static PassPart from(PausedState state) {
        return state.isStart() ? WHOLE : new PassPart(state, state.slot(), Integer.MAX_VALUE);
    }

    /** Returns whether the pass starts after the embedding. */
    boolean isResumed() {
        return start >= 0;
    }

    /** Returns the first block of which a site is computed. */
    int firstBlock() {
        return isResumed() ? state.block() : 0;
    }

    boolean startsIn(int block) {
        return isResumed() && state.block() == block;
    }

    /** Returns whether a site was computed before this part. */
    boolean isAfter(int slot) {
        return slot < start;
    }

    boolean startsAt(int slot) {
        return slot == start;
    }

    boolean endsAt(int slot) {
        return slot == end;
    }

    /** Returns a value that was computed before this part; null if this part does not read it. */
    NDArray stored(Kind kind, int block) {
        return state.get(kind, block);
    }

    /** Stores the value of the site where the part ends. */
    void storeLast(Kind kind, NDArray value) {
        state.put(kind, value);
    }

    /** Stores an earlier value if continuations read it. */
    void store(Kind kind, int block, NDArray value) {
        if (end != Integer.MAX_VALUE && state.isLive(kind, block)) {
            state.put(kind, value);
        }
    }
}
