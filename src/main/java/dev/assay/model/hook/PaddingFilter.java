package dev.assay.model.hook;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;

/** Selects the positions of real tokens. */
final class PaddingFilter {
    private PaddingFilter() {}

    /**
     * Returns the rows of the real positions.
     *
     * @param values [batch, position, ...]
     * @param tokens [batch, position]
     * @param mask bool [batch, position]; null when all tokens are real
     * @return [n, d], or [n] when the values have no further axis
     */
    static NDArray of(NDArray values, NDArray tokens, NDArray mask) {
        Shape shape = values.getShape();
        if (shape.dimension() < 2 || !shape.slice(0, 2).equals(tokens.getShape())) {
            throw new InvalidInputException("the values have shape " + shape
                    + ", expected the axes batch and position of the tokens first, " + tokens.getShape());
        }
        try (Scope scope = Scope.open()) {
            NDArray rows = values.reshape(tokens.size(), shape.slice(2).size()); // [batch · position, d]
            NDArray real = mask == null ? rows : Aten.embedding(rows, indices(mask));
            return scope.keep(shape.dimension() == 2 ? real.reshape(-1) : real);
        }
    }

    /** Returns the indices where a mask is true, int64 [n]. */
    private static NDArray indices(NDArray mask) {
        return mask.reshape(-1).nonzero().reshape(-1);
    }
}
