package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;

/** A bound that numbers approach smoothly, {@code c·tanh(x/c)} (arXiv 2408.00118, section 2); a cap c of 0 leaves them alone. */
final class SoftCap {
    private SoftCap() {}

    /** Returns the capped numbers; gradients flow. */
    static NDArray apply(NDArray x, double cap) {
        return cap == 0 ? x : Aten.mul(Aten.div(x, cap).tanh(), cap);
    }

    /** Replaces numbers by the capped ones. */
    static void applyInPlace(NDArray x, double cap) {
        if (cap != 0) {
            Aten.softCap_(x, cap);
        }
    }
}
