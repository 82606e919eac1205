package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;
import dev.assay.tensor.HalfMatrix;

/**
 * A linear layer computed in 16 bits. Input and output are float32.
 *
 * @param weight [out, in]
 * @param bias float32 [out]; null means none
 */
record HalfPrecisionLinear(HalfMatrix weight, NDArray bias) implements Linear {
    @Override
    public NDArray apply(NDArray x) {
        return weight.linear(x, bias);
    }

    @Override
    public void apply(NDArray x, NDArray out) {
        try (NDArray product = apply(x)) {
            Aten.copy_(out, product);
        }
    }
}
