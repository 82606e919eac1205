package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** The padding, the positions and the attention masks of a batch. */
public final class SequenceGeometry {
    /** Finite, so that a query without visible keys has a uniform pattern instead of NaN. */
    private static final float HIDDEN = -1e30f;

    private final long earlier;
    private final long length;
    private final NDArray keyMask;
    private final NDArray mask;
    private final NDArray positions;
    private final Map<Integer, NDArray> hidden = new HashMap<>();

    /**
     * Creates the geometry.
     *
     * @param earlier the number of positions before those of the run
     * @param length the number of all positions
     * @param keyMask bool [batch, length], true at real tokens; null when all tokens are real
     * @param positions int64 [position] or [batch, position], of the run
     */
    private SequenceGeometry(long earlier, long length, NDArray keyMask, NDArray positions) {
        this.earlier = earlier;
        this.length = length;
        this.keyMask = keyMask;
        this.mask = keyMask == null ? null : TokenColumns.between(keyMask, earlier, length, 1);
        this.positions = positions;
    }

    /**
     * Computes the geometry of a batch.
     *
     * @param tokens int64 [batch, position]
     * @param mask [batch, position], 0 at padding; null when all tokens are real
     * @param windows the attention windows of the blocks; 0 means none
     * @param explicitScores whether {@link #hidden} is also needed for plainly causal attention
     */
    public static SequenceGeometry of(
            NDArray tokens, NDArray mask, Collection<Integer> windows, boolean explicitScores) {
        return of(0, tokens, mask, windows, explicitScores);
    }

    /**
     * Computes the geometry of the last positions of a batch.
     *
     * @param earlier the number of positions that are not computed
     * @param tokens int64 [batch, earlier + position]
     * @param mask [batch, earlier + position], 0 at padding; null when all tokens are real
     * @param windows the attention windows of the blocks; 0 means none
     * @param explicitScores whether {@link #hidden} is also needed for plainly causal attention
     */
    static SequenceGeometry of(
            long earlier, NDArray tokens, NDArray mask, Collection<Integer> windows, boolean explicitScores) {
        NDManager manager = tokens.getManager();
        long length = tokens.getShape().get(1);
        NDArray real = mask == null ? null : mask.toType(DataType.BOOLEAN, false);
        SequenceGeometry geometry = real == null || real.all().getBoolean()
                ? new SequenceGeometry(earlier, length, null, manager.arange(earlier, length, 1, DataType.INT64))
                : new SequenceGeometry(
                        earlier, length, real, TokenColumns.between(positions(real), earlier, length, 1));
        for (int window : windows) {
            if (explicitScores || !geometry.isPlainlyCausal(window)) {
                geometry.hidden.computeIfAbsent(geometry.effective(window), w -> geometry.hide(manager, w));
            }
        }
        return geometry;
    }

    /** Returns the number of real tokens before each position, int64 [batch, position]. */
    private static NDArray positions(NDArray real) {
        NDArray counted = real.toType(DataType.INT64, false).cumSum(1);
        return counted.sub(1).maximum(0).toType(DataType.INT64, false);
    }

    /** Returns the mask of the run, bool [batch, position], true at real tokens; null when all tokens are real. */
    NDArray mask() {
        return mask;
    }

    /** Returns the mask of all positions, bool [batch, earlier + position]; null when all tokens are real. */
    NDArray keyMask() {
        return keyMask;
    }

    /** Returns the number of real tokens before each position, int64 [position]; with padding, [batch, position]. */
    public NDArray positions() {
        return positions;
    }

    /** Returns the number of positions without padding, including earlier positions. */
    long longest() {
        return mask == null ? length : positions.max().getLong() + 1;
    }

    /** Returns whether the run starts at the first position, and every query sees all keys up to its own position. */
    boolean isPlainlyCausal(int window) {
        return earlier == 0 && mask == null && effective(window) == 0;
    }

    /** Returns the additive mask, [1 or batch, 1, query, key]: 0 at visible keys, a large negative number elsewhere. */
    NDArray hidden(int window) {
        return hidden.get(effective(window));
    }

    /** Returns 0 for a window that is at least as long as the sequence, which hides no key. */
    private int effective(int window) {
        return window >= length ? 0 : window;
    }

    /** Hides the keys after the query, the keys before its window of {@code window} keys unless that is 0, and padding. */
    private NDArray hide(NDManager manager, int window) {
        if (length - earlier == 1 && window == 0 && keyMask == null) {
            return manager.zeros(new Shape(1, 1, 1, length)); // the last position sees all keys
        }
        NDArray keys = manager.arange(0, length, 1, DataType.FLOAT32);
        NDArray queries = TokenColumns.between(keys, earlier, length, 0);
        NDArray distance = queries.expandDims(1).sub(keys); // [query, key]
        NDArray outside = distance.lt(0);
        if (window > 0) {
            outside = outside.logicalOr(distance.gte(window));
        }
        NDArray far = outside.toType(DataType.FLOAT32, false).mul(HIDDEN).reshape(1, 1, length - earlier, length);
        if (keyMask == null) {
            return far;
        }
        NDArray padding = keyMask.logicalNot().toType(DataType.FLOAT32, false).mul(HIDDEN);
        return far.minimum(padding.reshape(new Shape(keyMask.getShape().get(0), 1, 1, length)));
    }
}
