package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.model.config.TransformerConfig;

/** Rejects tokens that a model cannot run on. PyTorch would report an index error or, on a GPU, abort the process. */
final class TokenCheck {
    private TokenCheck() {}

    static void check(NDArray tokens, NDArray mask, TransformerConfig config) {
        Shape shape = tokens.getShape();
        if (shape.dimension() != 2 || shape.size() == 0 || tokens.getDataType() != DataType.INT64) {
            throw new InvalidInputException("the tokens are " + tokens.getDataType() + " of shape " + shape
                    + ", expected int64 of shape (batch, position)");
        }
        if (mask != null && !mask.getShape().equals(shape)) {
            throw new InvalidInputException(
                    "the mask has shape " + mask.getShape() + ", expected the shape of the tokens, " + shape);
        }
        checkLength(shape.get(1), config);
        long smallest = tokens.min().getLong();
        long largest = tokens.max().getLong();
        if (smallest < 0 || largest >= config.vocabularySize()) {
            throw new InvalidInputException("token id " + (smallest < 0 ? smallest : largest)
                    + " is not in the model's vocabulary, expected 0 to " + (config.vocabularySize() - 1));
        }
    }

    /** Rejects sequences that are longer than the model supports. */
    static void checkLength(long tokens, TransformerConfig config) {
        if (tokens > config.longestSequence()) {
            throw new InvalidInputException("the sequences have " + tokens
                    + " tokens, expected at most the model's context length, " + config.longestSequence());
        }
    }
}
