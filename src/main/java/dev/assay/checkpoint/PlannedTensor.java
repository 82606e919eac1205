package dev.assay.checkpoint;

import ai.djl.ndarray.types.Shape;

/**
 * A tensor of a file that is about to be written.
 *
 * @param name its name in the file
 * @param type stored type of its entries
 * @param shape its shape; empty for a scalar
 */
public record PlannedTensor(String name, StoredType type, Shape shape) {
    /** Returns the size of its entries in the file. */
    long bytes() {
        return Math.multiplyExact(shape.size(), type.bytes());
    }
}
