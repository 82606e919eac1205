package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;

/** How many rows of an array are treated at once. On the CPU a piece fits into the cache; on a GPU the fewer pieces the better. */
final class ChunkSizes {
    private static final long GPU_FLOATS = 1L << 26;

    private ChunkSizes() {}

    /**
     * Returns the rows of a piece, at least 1.
     *
     * @param array of the device in question
     * @param onCpu rows there
     * @param width numbers a row
     */
    static int rows(NDArray array, long onCpu, long width) {
        long rows = array.getDevice().isGpu() ? GPU_FLOATS / Math.max(1, width) : onCpu;
        return (int) Math.max(1, Math.min(rows, Integer.MAX_VALUE));
    }
}
