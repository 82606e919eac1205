package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookPoint.Kind;
import dev.assay.tensor.Scope;
import java.util.EnumMap;
import java.util.Map;

/** The values of a paused pass that its continuations read. They outlive the scopes of the pass. */
public final class PausedState implements AutoCloseable {
    private final PausePoint point;
    private final int slot;
    private final Map<Kind, NDArray> values = new EnumMap<>(Kind.class);

    /** Creates the state of a pass that will pause at the last possible site at or before a hook point. */
    public PausedState(HookPoint point, TransformerConfig config) {
        this.point = PausePoint.atOrBefore(point, config.layers(), config.block());
        this.slot = this.point.slot(config.layers());
    }

    /** Returns the site where the pass pauses; {@code hook_embed} for the start of the pass. */
    public HookPoint point() {
        return point.hookPoint();
    }

    /** Returns whether nothing is computed before the pause. */
    boolean isStart() {
        return point.kind() == Kind.EMBED;
    }

    int slot() {
        return slot;
    }

    int block() {
        return point.block();
    }

    /** Returns whether continuations read the value of an earlier site. */
    boolean isLive(Kind kind, int block) {
        return block == point.block() && point.live().contains(kind);
    }

    void put(Kind kind, NDArray value) {
        values.put(kind, view(value));
    }

    /** Returns a view of a value for one continuation; null for a value that continuations do not read. */
    NDArray get(Kind kind, int block) {
        NDArray value = block == point.block() ? values.get(kind) : null;
        return value == null ? null : value.reshape(value.getShape());
    }

    private static NDArray view(NDArray value) {
        return Scope.detached(() -> value.reshape(value.getShape()));
    }

    /** Returns the memory of the values. */
    public long bytes() {
        return values.values().stream()
                .mapToLong(value -> value.size() * value.getDataType().getNumOfBytes())
                .sum();
    }

    @Override
    public void close() {
        values.values().forEach(NDArray::close);
    }
}
