package dev.assay.checkpoint;

import ai.djl.ndarray.types.Shape;

/**
 * What a safetensors header says of one tensor.
 *
 * @param name its name in the file
 * @param type how its entries are stored
 * @param shape its shape; empty for a scalar
 * @param begin where its bytes begin, counted from the start of the file
 * @param end where they end
 */
public record TensorInfo(String name, StoredType type, Shape shape, long begin, long end) {}
