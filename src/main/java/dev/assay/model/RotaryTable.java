package dev.assay.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Aten;

/**
 * Cosines and sines of the rotary angles {@code position · base^(−2i/r)}, computed in float32 as the reference does.
 *
 * @param cos [position, r], the r/2 angles twice
 * @param sin like {@code cos}
 */
record RotaryTable(NDArray cos, NDArray sin) {
    static RotaryTable of(NDManager manager, Positions.Rotary rotary, int length) {
        int dimensions = rotary.dimensions();
        int half = dimensions / 2;
        float[] cos = new float[length * dimensions];
        float[] sin = new float[length * dimensions];
        for (int i = 0; i < half; i++) {
            float exponent = (float) (2 * i) / dimensions;
            float frequency = 1f / (float) Math.pow((float) rotary.base(), exponent);
            for (int position = 0; position < length; position++) {
                float angle = position * frequency;
                int at = position * dimensions + i;
                cos[at] = cos[at + half] = (float) Math.cos(angle);
                sin[at] = sin[at + half] = (float) Math.sin(angle);
            }
        }
        Shape shape = new Shape(length, dimensions);
        return new RotaryTable(manager.create(cos, shape), manager.create(sin, shape));
    }

    /** Returns the rows of some positions, shaped to turn [batch, position, head, h]. */
    RotaryTable at(NDArray positions) {
        return new RotaryTable(rows(cos, positions), rows(sin, positions));
    }

    private static NDArray rows(NDArray table, NDArray positions) {
        // [position, r] or [batch, position, r], then an axis for the heads
        NDArray rows = Aten.embedding(table, positions);
        return rows.expandDims(-2);
    }

    /** Returns x, [batch, position, head, h], turned. */
    NDArray turn(NDArray x) {
        return Aten.rotateHalves(x, cos, sin);
    }
}
