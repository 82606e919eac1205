package dev.assay.sae;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.Arrays;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/**
 * Normalisation of activations before encoding, inverted after decoding: the field {@code normalize_activations} of {@code cfg.json}, with
 * the formulas of SAELens.
 */
public enum ActivationNormalization {
    /** No normalisation. */
    NONE("none", ActivationNormalization::unchanged),
    /**
     * No normalisation at run time. Training scaled all activations by one factor; {@link SparseAutoencoder#foldActivationNorm} folds it
     * into the weights.
     */
    EXPECTED_AVERAGE_ONLY_IN("expected_average_only_in", ActivationNormalization::unchanged),
    /** {@code (x − μ) / (s + 1e-5)} with mean μ and standard deviation s (divisor d_in − 1); inverted by {@code y·s + μ}. */
    LAYER_NORM("layer_norm", ActivationNormalization::standardise),
    /** {@code x·c} with {@code c = √d_in / ‖x‖}; inverted by {@code y / c}. */
    CONSTANT_NORM_RESCALE("constant_norm_rescale", ActivationNormalization::rescale);

    private static final float EPSILON = 1e-5f;
    /** Lower bound of the norm, so that a row of zeros stays zero. */
    private static final float SMALLEST_NORM = 1e-12f;

    private final String id;
    private final BiFunction<NDArray, Scope, Normalized> function;

    ActivationNormalization(String id, BiFunction<NDArray, Scope, Normalized> function) {
        this.id = id;
        this.function = function;
    }

    /**
     * Returns the name in {@code cfg.json}.
     *
     * @return the name
     */
    public String id() {
        return id;
    }

    /** Returns the normalisation with the given name in {@code cfg.json}, or null. */
    static ActivationNormalization named(String id) {
        return Arrays.stream(values())
                .filter(value -> value.id.equals(id))
                .findFirst()
                .orElse(null);
    }

    /** Returns all names, separated by commas. */
    static String known() {
        return Arrays.stream(values()).map(ActivationNormalization::id).collect(Collectors.joining(", "));
    }

    /**
     * Normalises rows.
     *
     * @param x [n, d_in]
     * @return the normalised rows with the inverse transformation
     */
    public Normalized apply(NDArray x) {
        try (Scope scope = Scope.open()) {
            return function.apply(x, scope);
        }
    }

    /**
     * Normalised rows with scale and shift of the inverse transformation.
     *
     * @param values [n, d_in]
     * @param scale [n, 1], or null for 1 and no shift
     * @param shift [n, 1], or null for 0
     */
    public record Normalized(NDArray values, NDArray scale, NDArray shift) {
        /**
         * Inverts the normalisation of reconstructions.
         *
         * @param y [n, d_in]
         * @return {@code y·scale + shift}; y itself if no normalisation was applied
         */
        public NDArray invert(NDArray y) {
            if (scale == null) {
                return y;
            }
            try (Scope scope = Scope.open()) {
                NDArray scaled = y.mul(scale);
                return scope.keep(shift == null ? scaled : scaled.add(shift));
            }
        }
    }

    private static Normalized unchanged(NDArray x, Scope scope) {
        return new Normalized(x, null, null);
    }

    private static Normalized standardise(NDArray x, Scope scope) {
        long width = x.getShape().get(1);
        NDArray mean = scope.keep(x.mean(new int[] {1}, true)); // [n, 1]
        NDArray centred = x.sub(mean); // [n, d_in]
        NDArray deviation = scope.keep(Aten.rowNorms(centred).div((float) Math.sqrt(width - 1))); // [n, 1]
        return new Normalized(scope.keep(centred.div(deviation.add(EPSILON))), deviation, mean);
    }

    private static Normalized rescale(NDArray x, Scope scope) {
        float root = (float) Math.sqrt(x.getShape().get(1));
        NDArray inverse = scope.keep(Aten.rowNorms(x).maximum(SMALLEST_NORM).div(root)); // 1 / c, [n, 1]
        return new Normalized(scope.keep(x.div(inverse)), inverse, null);
    }
}
