package dev.assay.model.spi;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.config.TransformerConfig;
import dev.assay.tensor.Scope;

/** The layouts of the built-in families. */
enum StandardLayout implements WeightLayout {
    PLAIN,
    TRANSPOSED,
    HEADS_OUTERMOST;

    @Override
    public Shape stored(Shape shape) {
        return this == TRANSPOSED && shape.dimension() == 2 ? new Shape(shape.get(1), shape.get(0)) : shape;
    }

    @Override
    public NDArray fromFile(NDArray stored, TransformerConfig config) {
        return switch (this) {
            case PLAIN -> stored;
            case TRANSPOSED -> transposed(stored);
            case HEADS_OUTERMOST -> swapOuter(stored, config.heads(), 3, config.dHead());
        };
    }

    @Override
    public NDArray toFile(NDArray weight, TransformerConfig config) {
        return switch (this) {
            case PLAIN -> weight;
            case TRANSPOSED -> transposed(weight);
            case HEADS_OUTERMOST -> swapOuter(weight, 3, config.heads(), config.dHead());
        };
    }

    private static NDArray transposed(NDArray x) {
        return x.getShape().dimension() == 2 ? x.transpose() : x;
    }

    /** Reorders rows (first, second, width) as (second, first, width). */
    private static NDArray swapOuter(NDArray x, long first, long second, long width) {
        try (Scope scope = Scope.open()) {
            NDArray swapped = x.reshape(first, second, width, -1).transpose(1, 0, 2, 3);
            return scope.keep(swapped.reshape(x.getShape()));
        }
    }
}
