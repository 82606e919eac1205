package dev.assay.model;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;

/**
 * A weight with its bias: of a product, or of a norm.
 *
 * @param weight [out, in], or [d] of a norm
 * @param bias [out] or [d]; null for none
 */
record Affine(NDArray weight, NDArray bias) {
    /** Returns {@code x · weightᵀ + bias}, [..., in] to [..., out]. */
    NDArray apply(NDArray x) {
        return Aten.linear(x, weight, bias);
    }
}
