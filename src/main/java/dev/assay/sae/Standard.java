package dev.assay.sae;

import ai.djl.ndarray.NDArray;

/**
 * Standard ReLU architecture: {@code codes = relu(pre)} (Bricken et al., "Towards Monosemanticity", 2023). An L1 penalty in training makes
 * the codes sparse.
 */
public record Standard() implements Architecture {
    static final String ID = "standard";

    @Override
    public String id() {
        return ID;
    }

    @Override
    public SparseCodes encode(NDArray input, Weights weights, NDArray workspace) {
        weights.preActivations(input, workspace);
        return ActiveEntries.above(workspace, 0f);
    }

    @Override
    public Weights foldDecoderNorm(Weights weights) {
        return weights.foldDecoderNorm();
    }
}
