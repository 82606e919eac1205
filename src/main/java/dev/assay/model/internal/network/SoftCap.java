package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;

/** A smooth bound, {@code c·tanh(x/c)} (arXiv 2408.00118, section 2). A cap c of 0 means none. */
final class SoftCap {
    private SoftCap() {}

    /** Returns capped numbers; gradients flow. */
    static NDArray apply(NDArray x, double cap) {
        return cap == 0 ? x : Aten.mul(Aten.div(x, cap).tanh(), cap);
    }

    /** Caps numbers in place. */
    static void applyInPlace(NDArray x, double cap) {
        if (cap != 0) {
            Aten.softCap_(x, cap);
        }
    }
}
