package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import dev.assay.tensor.Aten;

/**
 * Cosines and sines of the rotary angles of some positions, computed in float32 as the reference does.
 *
 * @param cos [position, 1, r] or [batch, position, 1, r], the r/2 angles twice; the axis of 1 is for the heads
 * @param sin like {@code cos}
 */
record RotaryTable(NDArray cos, NDArray sin) {
    /** Returns the table of int64 positions, [position] or [batch, position], and inverse frequencies, [r/2]. */
    static RotaryTable of(NDArray positions, NDArray inverse, double factor) {
        NDArray once = positions.toType(DataType.FLOAT32, false).expandDims(-1).mul(inverse); // [..., r/2]
        NDArray angles = NDArrays.concat(new NDList(once, once), -1).expandDims(-2); // [..., 1, r]
        NDArray cos = angles.cos();
        NDArray sin = angles.sin();
        return factor == 1
                ? new RotaryTable(cos, sin)
                : new RotaryTable(cos.mul((float) factor), sin.mul((float) factor));
    }

    /** Returns x, [batch, position, head, h], rotated by the angles of its positions. */
    NDArray rotated(NDArray x) {
        return Aten.rotateHalves(x, cos, sin);
    }

    /** Replaces x, [batch, position, head, h], by the same. */
    void rotate_(NDArray x) {
        Aten.rotateHalves_(x, cos, sin);
    }
}
