package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;

/** A linear layer: {@code x · weightᵀ + bias}. */
public interface Linear {
    /** Returns the output, [..., out], of an input, [..., in]; gradients flow. */
    NDArray apply(NDArray x);

    /** Writes the output for x, [n, in], to {@code out}, [n, out]. No gradients are recorded. */
    void apply(NDArray x, NDArray out);
}
