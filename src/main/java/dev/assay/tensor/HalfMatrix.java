package dev.assay.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/**
 * A matrix of 16-bit floats for products with float32 inputs and outputs. DJL does not support bfloat16, and querying the type of such an
 * array ends the process, so the array is never exposed.
 */
public final class HalfMatrix {
    private final NDArray entries; // [out, in], of the half type

    private HalfMatrix(NDArray entries) {
        this.entries = entries;
    }

    /**
     * Rounds a matrix to the nearest 16-bit floats.
     *
     * @param matrix float32 [out, in]; the copy is owned by its manager, not by a scope
     * @param type the type to round to
     * @return the rounded copy
     */
    public static HalfMatrix of(NDArray matrix, HalfType type) {
        try (Autograd off = Autograd.off()) {
            return new HalfMatrix(Scope.detached(() -> type.apply("to_type", matrix)));
        }
    }

    /**
     * Returns {@code x · matrixᵀ + bias}, computed in the half type. Differentiable in x and bias.
     *
     * @param x float32 [..., in]
     * @param bias float32 [out], or null for none
     * @return float32 [..., out]
     */
    public NDArray linear(NDArray x, NDArray bias) {
        return bias == null ? Aten.flow("half_linear_plain", x, entries) : Aten.flow("half_linear", x, entries, bias);
    }

    /**
     * Selects rows.
     *
     * @param ids int64, any shape
     * @return float32 [..., in]
     */
    public NDArray embedding(NDArray ids) {
        return Aten.flow("half_embedding", entries, ids);
    }

    /**
     * Converts the entries to float32, which is exact.
     *
     * @return [out, in], owned by the open scope
     */
    public NDArray toFloat32() {
        return Aten.flow("to_float32", entries);
    }

    /**
     * Returns the manager that owns the entries.
     *
     * @return the manager
     */
    public NDManager manager() {
        return entries.getManager();
    }
}
