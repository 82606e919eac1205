package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;

/** A matrix product with its bias: {@code x · weightᵀ + bias}. */
public interface Linear {
    /** Returns the product, [..., in] to [..., out]; gradients flow. */
    NDArray apply(NDArray x);

    /** Writes the product of x, [n, in], to {@code out}, [n, out]; no gradients are recorded. */
    void apply(NDArray x, NDArray out);
}
