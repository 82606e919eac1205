package dev.assay.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;

/**
 * Flattens activations with any number of axes to rows, and computes the shapes of outputs.
 *
 * @param width the width of a row
 * @param joinHeads whether the last two axes may be [heads, d_head], flattened to one row
 */
record RowShape(int width, boolean joinHeads) {
    /**
     * Flattens activations to rows.
     *
     * @param x [..., width], or [..., heads, d_head] if heads are joined
     * @return float32 [n, width]
     */
    NDArray rows(NDArray x) {
        Shape shape = x.getShape();
        int axes = shape.dimension();
        long last = axes == 0 ? 1 : shape.get(axes - 1);
        boolean fits = last == width || areHeads(shape) && last * shape.get(axes - 2) == width;
        if (!fits) {
            throw new InvalidInputException(
                    "activations of shape " + shape + " do not fit the dictionary, expected a last axis of " + width);
        }
        return x.toType(DataType.FLOAT32, false).reshape(x.size() / width, width);
    }

    /** Returns the shape x with the row axes replaced by one axis of another width. */
    Shape withWidth(Shape x, long otherWidth) {
        boolean joined = x.get(x.dimension() - 1) != width;
        return x.slice(0, x.dimension() - (joined ? 2 : 1)).add(otherWidth);
    }

    private boolean areHeads(Shape x) {
        return joinHeads && x.dimension() > 1;
    }
}
