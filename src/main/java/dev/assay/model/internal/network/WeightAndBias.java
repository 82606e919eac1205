package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;

/**
 * A weight with its bias: of a product, or of a norm.
 *
 * @param weight [out, in], or [d] of a norm
 * @param bias [out] or [d]; null for none
 */
record WeightAndBias(NDArray weight, NDArray bias) implements Linear {
    @Override
    public NDArray apply(NDArray x) {
        return Aten.linear(x, weight, bias);
    }

    @Override
    public void apply(NDArray x, NDArray out) {
        try (NDArray columns = weight.transpose()) { // [in, out]
            if (bias == null) {
                Aten.mm(x, columns, out);
            } else {
                Aten.addmm(bias, x, columns, out);
            }
        }
    }
}
