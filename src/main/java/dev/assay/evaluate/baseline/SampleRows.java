package dev.assay.evaluate.baseline;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.ChunkSizes;

/** Chunks of rows of a sample. */
final class SampleRows {
    private static final int CHUNK_ROWS = 4096;

    private SampleRows() {}

    /**
     * Splits an array.
     *
     * @param x [n, d]
     * @return views of at most 4096 rows, created lazily
     */
    static Iterable<NDArray> of(NDArray x) {
        return () -> ChunkSizes.ranges(x.getShape().get(0), CHUNK_ROWS).stream()
                .map(x::get)
                .iterator();
    }
}
