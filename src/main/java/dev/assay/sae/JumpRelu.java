package dev.assay.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Scope;
import java.util.Map;

/**
 * JumpReLU with one threshold per latent: {@code codes = relu(pre) · (pre > threshold)} (Rajamanoharan et al., "Jumping Ahead", arXiv
 * 2407.14435, equation 3). The thresholds are the array {@link #THRESHOLD} of {@link Weights#extra}.
 */
public record JumpRelu() implements Architecture {
    /** The name of the threshold array, [d_sae]. */
    public static final String THRESHOLD = "threshold";

    static final String ID = "jumprelu";

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Map<String, Shape> extraShapes(int dIn, int dSae, int dOut) {
        return Map.of(THRESHOLD, new Shape(dSae));
    }

    @Override
    public SparseCodes encode(NDArray input, Weights weights, NDArray workspace) {
        try (Scope scope = Scope.open()) {
            weights.preActivations(input, workspace);
            // ReLU removes negative pre-activations, so a negative threshold is equivalent to 0.
            NDArray bounds = weights.extra(THRESHOLD).maximum(0f);
            return ActiveEntries.above(workspace, bounds).keep(scope);
        }
    }

    @Override
    public Weights foldDecoderNorm(Weights weights) {
        return weights.foldDecoderNorm(THRESHOLD);
    }
}
