package dev.assay.model.config;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.Arrays;
import java.util.List;

/** The activation function of a feed-forward layer. */
public enum ActivationFunction {
    /** x · Φ(x), Φ the normal distribution function (arXiv 1606.08415). */
    GELU("gelu", "gelu_python"),
    /** The tanh approximation of {@link #GELU}. */
    GELU_TANH("gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_accurate", "gelu_python_tanh"),
    /** x · σ(1.702·x), another approximation of {@link #GELU}. */
    GELU_QUICK("quick_gelu"),
    /** max(x, 0). */
    RELU("relu"),
    /** max(x, 0)² (arXiv 2109.08668). */
    RELU_SQUARED("relu2"),
    /** x · σ(x), also called swish. */
    SILU("silu", "swish"),
    /** The hyperbolic tangent. */
    TANH("tanh");

    private static final double QUICK = 1.702;

    private final List<String> names;

    ActivationFunction(String... names) {
        this.names = List.of(names);
    }

    /** {@return the function with a Hugging Face name, or null} */
    public static ActivationFunction named(String name) {
        return Arrays.stream(values())
                .filter(function -> function.names.contains(name))
                .findFirst()
                .orElse(null);
    }

    /** {@return every name that {@link #named} accepts} */
    public static List<String> allNames() {
        return Arrays.stream(values())
                .flatMap(function -> function.names.stream())
                .toList();
    }

    /** {@return the Hugging Face name} */
    public String hubName() {
        return names.get(0);
    }

    /** {@return f(x) as a new array; gradients flow} */
    public NDArray apply(NDArray x) {
        try (Scope scope = Scope.open()) {
            return scope.keep(
                    switch (this) {
                        case GELU -> Aten.gelu(x);
                        case GELU_TANH -> Aten.geluTanh(x);
                        case GELU_QUICK -> x.mul(Aten.sigmoid(Aten.mul(x, QUICK)));
                        case RELU -> Aten.relu(x);
                        case RELU_SQUARED -> Aten.relu(x).square();
                        case SILU -> Aten.silu(x);
                        case TANH -> x.tanh();
                    });
        }
    }

    /** Replaces x by f(x). */
    public void applyInPlace(NDArray x) {
        switch (this) {
            case GELU -> Aten.gelu_(x);
            case GELU_TANH -> Aten.geluTanh_(x);
            case SILU -> Aten.silu_(x);
            default -> {
                try (NDArray result = apply(x)) {
                    Aten.copy_(x, result);
                }
            }
        }
    }
}
