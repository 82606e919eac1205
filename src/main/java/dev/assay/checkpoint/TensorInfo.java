package dev.assay.checkpoint;

import ai.djl.ndarray.types.Shape;

/**
 * The header entry of a tensor in a safetensors file.
 *
 * @param name its name in the file
 * @param type stored type of its entries
 * @param shape its shape; empty for a scalar
 * @param begin start of its bytes, from the start of the file
 * @param end end of its bytes, exclusive
 */
public record TensorInfo(String name, StoredType type, Shape shape, long begin, long end) {}
