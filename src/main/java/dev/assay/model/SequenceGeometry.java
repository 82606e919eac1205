package dev.assay.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;

/**
 * Which tokens of a batch are real, where each stands, and which keys a query sees.
 *
 * @param mask bool [batch, position]; null when every token is real
 * @param positions int64 [position], or [batch, position] under a mask: the real tokens before each
 * @param hidden float [1 or batch, 1, query, key], 0 where a key is seen and a large negative number elsewhere
 */
record SequenceGeometry(NDArray mask, NDArray positions, NDArray hidden) {
    /** Finite, so that a query without keys gets a uniform pattern and not NaN. */
    private static final float HIDDEN = -1e30f;

    /**
     * Finds out about a batch.
     *
     * @param tokens int64 [batch, position]
     * @param mask [batch, position], 0 at padding, or null
     * @param explicitScores whether {@link #hidden} is needed without padding too
     */
    static SequenceGeometry of(NDArray tokens, NDArray mask, boolean explicitScores) {
        NDManager manager = tokens.getManager();
        int length = (int) tokens.getShape().get(1);
        NDArray real = mask == null ? null : mask.toType(DataType.BOOLEAN, false);
        if (real == null || real.all().getBoolean()) {
            NDArray hidden = explicitScores ? causal(manager, length) : null;
            return new SequenceGeometry(null, manager.arange(0, length, 1, DataType.INT64), hidden);
        }
        NDArray counted = real.toType(DataType.INT64, false).cumSum(1);
        NDArray positions = counted.sub(1).maximum(0).toType(DataType.INT64, false);
        NDArray padded = real.logicalNot()
                .toType(DataType.FLOAT32, false)
                .mul(HIDDEN)
                .reshape(tokens.getShape().get(0), 1, 1, length);
        return new SequenceGeometry(real, positions, padded.minimum(causal(manager, length)));
    }

    /** Returns [1, 1, query, key]: a query sees itself and what is before it. */
    private static NDArray causal(NDManager manager, int length) {
        float[] hidden = new float[length * length];
        for (int query = 0; query < length; query++) {
            Arrays.fill(hidden, query * length + query + 1, (query + 1) * length, HIDDEN);
        }
        return manager.create(hidden, new Shape(1, 1, length, length));
    }
}
