package dev.assay.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.Map;

/**
 * Gated architecture: one affine map decides whether a latent is active, another computes its magnitude (Rajamanoharan et al., "Improving
 * Dictionary Learning with Gated Sparse Autoencoders", arXiv 2404.16014, equations 5 to 7). Both maps share the encoder up to a scale per
 * latent. With {@code e = input · encoderᵀ},
 *
 * <pre>{@code
 * codes = (e + encoderBias > 0) · relu(e · exp(r_mag) + b_mag)
 * }</pre>
 *
 * The encoder bias is the bias of the gate; {@link #B_MAG} and {@link #R_MAG} are arrays of {@link Weights#extra}.
 */
public record Gated() implements Architecture {
    /** The name of the magnitude bias, [d_sae]. */
    public static final String B_MAG = "b_mag";
    /** The name of the logarithms of the magnitude scales, [d_sae]. */
    public static final String R_MAG = "r_mag";

    static final String ID = "gated";

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Map<String, Shape> extraShapes(int dIn, int dSae, int dOut) {
        return Map.of(B_MAG, new Shape(dSae), R_MAG, new Shape(dSae));
    }

    @Override
    public String encoderBiasName() {
        return "b_gate";
    }

    /** {@inheritDoc} A gated dictionary uses the affine map of the magnitudes. */
    @Override
    public void preActivations(NDArray input, Weights weights, NDArray out) {
        try (Scope scope = Scope.open()) {
            Aten.mm(input, weights.encoder().transpose(), out);
            Aten.mul_(out, weights.extra(R_MAG).exp());
            Aten.add_(out, weights.extra(B_MAG), 1);
        }
    }

    @Override
    public SparseCodes encode(NDArray input, Weights weights, NDArray workspace) {
        try (Scope scope = Scope.open()) {
            Aten.mm(input, weights.encoder().transpose(), workspace); // e
            // The gate is open where e > −encoderBias.
            SparseCodes open =
                    ActiveEntries.above(workspace, weights.encoderBias().neg());
            NDArray scales = Aten.indexSelect(weights.extra(R_MAG).exp(), 0, open.indices()); // [m]
            NDArray biases = Aten.indexSelect(weights.extra(B_MAG), 0, open.indices());
            NDArray values = open.values().mul(scales).add(biases).maximum(0f);
            return open.withValues(values).keep(scope);
        }
    }

    /** {@inheritDoc} The magnitude scales are unchanged, because they multiply the encoder that includes the norms. */
    @Override
    public Weights foldDecoderNorm(Weights weights) {
        return weights.foldDecoderNorm(B_MAG);
    }
}
