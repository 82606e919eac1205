package dev.assay.model.internal.family;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.config.TransformerConfig;

/** How a file orders the numbers of a weight that the model wants as [out, in]. */
public enum Layout {
    /** As the model has it. */
    PLAIN,
    /** As [in, out], which GPT-2's files have. */
    TRANSPOSED,
    /** Rows ordered (head, one of q k v, dimension), where the model has (one of q k v, head, dimension). */
    HEADS_OUTERMOST;

    /** Returns the shape in the file of a weight with this shape in the model. */
    public Shape stored(Shape shape) {
        return this == TRANSPOSED ? new Shape(shape.get(1), shape.get(0)) : shape;
    }

    /** Returns the model's order of what a file holds, as a view or a copy. */
    public NDArray fromFile(NDArray stored, TransformerConfig config) {
        return switch (this) {
            case PLAIN -> stored;
            case TRANSPOSED -> stored.transpose();
            case HEADS_OUTERMOST -> swapOuter(stored, config.heads(), 3, config.dHead());
        };
    }

    /** Returns the file's order of what the model holds, as a view or a copy. */
    public NDArray toFile(NDArray weight, TransformerConfig config) {
        return switch (this) {
            case PLAIN -> weight;
            case TRANSPOSED -> weight.transpose();
            case HEADS_OUTERMOST -> swapOuter(weight, 3, config.heads(), config.dHead());
        };
    }

    /** Reads the rows as [first, second, width] and returns them as [second, first, width]. */
    private static NDArray swapOuter(NDArray x, long first, long second, long width) {
        return x.reshape(first, second, width, -1).transpose(1, 0, 2, 3).reshape(x.getShape());
    }
}
