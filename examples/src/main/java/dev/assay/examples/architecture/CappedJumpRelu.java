package dev.assay.examples.architecture;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Safetensors;
import dev.assay.io.JsonObject;
import dev.assay.sae.Architecture;
import dev.assay.sae.ArchitectureProvider;
import dev.assay.sae.RowTopK;
import dev.assay.sae.SparseCodes;
import dev.assay.sae.Weights;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.Map;

/**
 * An architecture from outside Assay: JumpReLU with at most k active latents per row, which bounds the memory of codes.
 *
 * <pre>
 * pre = input · encoderᵀ + encoderBias
 * c   = the k largest of pre · (pre &gt; threshold), at least 0
 * </pre>
 *
 * <p>{@code cfg.json} has the option {@code max_active}; {@code sae_weights.safetensors} has the tensor {@code threshold} [d_sae].
 *
 * @param maxActive k
 */
public record CappedJumpRelu(int maxActive) implements Architecture {
    /** The name in {@code cfg.json}. */
    public static final String ID = "capped_jumprelu";
    /** The name of the thresholds, [d_sae]. */
    public static final String THRESHOLD = "threshold";

    private static final String MAX_ACTIVE = "max_active";

    /** Checks the range. */
    public CappedJumpRelu {
        if (maxActive < 1) {
            throw new InvalidInputException(MAX_ACTIVE + " is " + maxActive + ", expected at least 1");
        }
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Map<String, Object> options() {
        return Map.of(MAX_ACTIVE, maxActive);
    }

    @Override
    public Map<String, Shape> extraShapes(int dIn, int dSae, int dOut) {
        return Map.of(THRESHOLD, new Shape(dSae));
    }

    @Override
    public void check(int dSae) {
        if (maxActive > dSae) {
            throw new InvalidInputException(
                    MAX_ACTIVE + " is " + maxActive + ", expected at most d_sae, which is " + dSae);
        }
    }

    @Override
    public SparseCodes encode(NDArray input, Weights weights, NDArray workspace) {
        try (Scope scope = Scope.open()) {
            weights.preActivations(input, workspace); // [n, d_sae]
            NDArray above = workspace.gt(weights.extra(THRESHOLD).reshape(1, weights.dSae()));
            Aten.mul_(workspace, above.toType(DataType.FLOAT32, false));
            Aten.Selection largest = RowTopK.select(workspace, maxActive); // [n, max_active]
            Aten.Selection codes = new Aten.Selection(largest.values().maximum(0f), largest.indices());
            return SparseCodes.ofRows(codes, weights.dSae()).keep(scope);
        }
    }

    @Override
    public Weights foldDecoderNorm(Weights weights) {
        throw new InvalidInputException(
                "folding decoder norms would change which latents a " + ID + " dictionary selects");
    }

    /** Reads the architecture from a folder. */
    public static final class Provider implements ArchitectureProvider {
        @Override
        public String id() {
            return ID;
        }

        @Override
        public Architecture read(JsonObject cfg, Safetensors weights) {
            return new CappedJumpRelu(cfg.integer(MAX_ACTIVE));
        }
    }
}
