package dev.assay.train;

import ai.djl.ndarray.NDArray;

/**
 * Places of a matrix [rows, d_sae] with what stands there, sorted by row.
 *
 * @param rows int64 [m], not falling
 * @param latents int64 [m]
 * @param values float32 [m]
 */
record Entries(NDArray rows, NDArray latents, NDArray values) {}
