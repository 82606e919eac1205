package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;

/**
 * The weight and the bias of a linear layer or a norm.
 *
 * @param weight [out, in]; [d] for a norm
 * @param bias [out]; [d] for a norm; null means none
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
