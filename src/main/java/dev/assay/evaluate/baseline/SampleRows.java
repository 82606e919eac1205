package dev.assay.evaluate.baseline;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.ChunkSizes;

/** The rows of an array, some thousand at a time. */
final class SampleRows {
    static final int CHUNK_ROWS = 4096;

    private SampleRows() {}

    /**
     * Cuts an array.
     *
     * @param x [n, d]
     * @return views of at most 4096 rows, each made when it is asked for
     */
    static Iterable<NDArray> of(NDArray x) {
        return () -> ChunkSizes.ranges(x.getShape().get(0), CHUNK_ROWS).stream()
                .map(x::get)
                .iterator();
    }
}
