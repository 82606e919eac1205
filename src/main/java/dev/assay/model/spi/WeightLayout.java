package dev.assay.model.spi;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.config.TransformerConfig;

/**
 * The order of the numbers of a weight or bias in a checkpoint. The model stores the weights of linear layers as [out, in]. Each method
 * is also called with the one-dimensional bias of a layer.
 */
public interface WeightLayout {
    /** The order of the model. */
    WeightLayout PLAIN = StandardLayout.PLAIN;

    /** Weights stored as [in, out], as in GPT-2. */
    WeightLayout TRANSPOSED = StandardLayout.TRANSPOSED;

    /** Rows of {@link WeightRole#QKV} ordered by (head; query, key or value; dimension), as in GPT-NeoX. */
    WeightLayout HEADS_OUTERMOST = StandardLayout.HEADS_OUTERMOST;

    /**
     * Returns the shape in the checkpoint.
     *
     * @param shape the shape in the model
     * @return by default, the same shape
     */
    default Shape stored(Shape shape) {
        return shape;
    }

    /**
     * Returns the numbers in the order of the model, as a view or a copy.
     *
     * @param stored the tensor of the checkpoint
     */
    NDArray fromFile(NDArray stored, TransformerConfig config);

    /**
     * Returns the numbers in the order of the checkpoint, as a view or a copy.
     *
     * @param weight the parameter of the model, or the rows of it that the tensor stores
     */
    NDArray toFile(NDArray weight, TransformerConfig config);
}
