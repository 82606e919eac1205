package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** Which tokens of a batch are real, where each stands, and which keys a query sees. */
public final class SequenceGeometry {
    /** Finite, so that a query without keys gets a uniform pattern and not NaN. */
    private static final float HIDDEN = -1e30f;

    private final long length;
    private final NDArray mask;
    private final NDArray positions;
    private final Map<Integer, NDArray> hidden = new HashMap<>();

    private SequenceGeometry(long length, NDArray mask, NDArray positions) {
        this.length = length;
        this.mask = mask;
        this.positions = positions;
    }

    /**
     * Finds out about a batch.
     *
     * @param tokens int64 [batch, position]
     * @param mask [batch, position], 0 at padding, or null
     * @param windows the windows of the blocks, 0 for none
     * @param explicitScores whether {@link #hidden} is needed where {@link #isPlainlyCausal} says enough
     */
    public static SequenceGeometry of(
            NDArray tokens, NDArray mask, Collection<Integer> windows, boolean explicitScores) {
        NDManager manager = tokens.getManager();
        long length = tokens.getShape().get(1);
        NDArray real = mask == null ? null : mask.toType(DataType.BOOLEAN, false);
        SequenceGeometry geometry = real == null || real.all().getBoolean()
                ? new SequenceGeometry(length, null, manager.arange(0, length, 1, DataType.INT64))
                : new SequenceGeometry(length, real, positions(real));
        for (int window : windows) {
            if (explicitScores || !geometry.isPlainlyCausal(window)) {
                geometry.hidden.computeIfAbsent(geometry.effective(window), w -> geometry.hide(manager, w));
            }
        }
        return geometry;
    }

    /** Returns the real tokens before each, int64 [batch, position]. */
    private static NDArray positions(NDArray real) {
        NDArray counted = real.toType(DataType.INT64, false).cumSum(1);
        return counted.sub(1).maximum(0).toType(DataType.INT64, false);
    }

    /** Returns which tokens are real, bool [batch, position]; null when all are. */
    NDArray mask() {
        return mask;
    }

    /** Returns int64 [position], or [batch, position] under a mask: the real tokens before each. */
    public NDArray positions() {
        return positions;
    }

    /** Returns how many positions there are, padding apart. */
    long longest() {
        return mask == null ? length : positions.max().getLong() + 1;
    }

    /** Tells whether every query sees itself and all before it. */
    boolean isPlainlyCausal(int window) {
        return mask == null && effective(window) == 0;
    }

    /** Returns [1 or batch, 1, query, key]: 0 where a key is seen and a large negative number elsewhere. */
    NDArray hidden(int window) {
        return hidden.get(effective(window));
    }

    /** A window as long as the sequence hides nothing. */
    private int effective(int window) {
        return window >= length ? 0 : window;
    }

    /** A query sees itself and the {@code window − 1} keys before it, or all when the window is 0; never padding. */
    private NDArray hide(NDManager manager, int window) {
        NDArray places = manager.arange(0, length, 1, DataType.FLOAT32);
        NDArray distance = places.reshape(length, 1).sub(places); // [query, key]
        NDArray outside = distance.lt(0);
        if (window > 0) {
            outside = outside.logicalOr(distance.gte(window));
        }
        NDArray far = outside.toType(DataType.FLOAT32, false).mul(HIDDEN).reshape(1, 1, length, length);
        if (mask == null) {
            return far;
        }
        NDArray padding = mask.logicalNot().toType(DataType.FLOAT32, false).mul(HIDDEN);
        return far.minimum(padding.reshape(new Shape(mask.getShape().get(0), 1, 1, length)));
    }
}
