package dev.assay.model;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;

/** The nonlinearity between the two products of a feed-forward layer. */
public enum ActivationFunction {
    /** x · Φ(x), Φ the normal distribution function. */
    GELU,
    /** The tanh approximation of {@link #GELU}. */
    GELU_TANH;

    /** Returns f(x) as a new array; gradients flow. */
    NDArray apply(NDArray x) {
        return switch (this) {
            case GELU -> Aten.gelu(x);
            case GELU_TANH -> Aten.geluTanh(x);
        };
    }

    /** Replaces x by f(x). */
    void applyInPlace(NDArray x) {
        switch (this) {
            case GELU -> Aten.gelu_(x);
            case GELU_TANH -> Aten.geluTanh_(x);
        }
    }
}
