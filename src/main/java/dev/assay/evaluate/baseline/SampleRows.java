package dev.assay.evaluate.baseline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import java.util.Iterator;
import java.util.stream.LongStream;

/** The rows of an array, some thousand at a time. */
final class SampleRows {
    static final int ROWS_AT_ONCE = 4096;

    private SampleRows() {}

    /**
     * Cuts an array.
     *
     * @param x [n, d]
     * @return views of at most 4096 rows, each made when it is asked for
     */
    static Iterable<NDArray> of(NDArray x) {
        return () -> iterator(x);
    }

    private static Iterator<NDArray> iterator(NDArray x) {
        long rows = x.getShape().get(0);
        return LongStream.range(0, (rows + ROWS_AT_ONCE - 1) / ROWS_AT_ONCE)
                .mapToObj(i -> new NDIndex("{}:{}", i * ROWS_AT_ONCE, Math.min(rows, (i + 1) * ROWS_AT_ONCE)))
                .map(x::get)
                .iterator();
    }
}
