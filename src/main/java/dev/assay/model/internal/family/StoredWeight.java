package dev.assay.model.internal.family;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.internal.network.Parameters;

/**
 * A tensor of a checkpoint and the rows of a parameter that it holds.
 *
 * @param parameter the model's name, see {@link Parameters}
 * @param firstRow the first of the rows
 * @param shape their shape in the model
 * @param name the name in the file
 * @param layout the order in the file
 */
public record StoredWeight(String parameter, long firstRow, Shape shape, String name, Layout layout) {
    /** Returns the rows of the parameter, as a view. */
    public NDArray rowsOf(NDArray array) {
        return array.get(new NDIndex("{}:{}", firstRow, firstRow + shape.get(0)));
    }
}
