package dev.assay.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import java.util.List;
import java.util.stream.LongStream;

/** Sizes of the chunks that long computations are split into, so that intermediate arrays stay small. */
public final class ChunkSizes {
    /** Numbers in the product of two large matrices, where the product is copied to the heap: 16 MiB in float32. */
    public static final long PRODUCT = 1L << 22;

    /** Numbers in a dense workspace that stays in native memory: 64 MiB in float32. */
    public static final long WORKSPACE = 1L << 24;

    private static final long GPU_FLOATS = 1L << 26;

    private ChunkSizes() {}

    /**
     * Returns the rows per chunk on the device of an array. A chunk fits into the cache of a CPU; on a GPU fewer, larger chunks are
     * faster.
     *
     * @param array any array on the device
     * @param onCpu rows per chunk on the CPU
     * @param width numbers per row
     * @return at least 1
     */
    public static int rows(NDArray array, long onCpu, long width) {
        long rows = array.getDevice().isGpu() ? GPU_FLOATS / Math.max(1, width) : onCpu;
        return (int) Math.max(1, Math.min(rows, Integer.MAX_VALUE));
    }

    /**
     * Returns the rows per chunk of limited size.
     *
     * @param numbers limit of a chunk, such as {@link #PRODUCT}
     * @param width numbers per row, at least 1
     * @return at least 1, even if one row exceeds the limit
     */
    public static int rowsWithin(long numbers, long width) {
        return (int) Math.max(1, Math.min(numbers / width, Integer.MAX_VALUE));
    }

    /**
     * Splits the first axis of an array.
     *
     * @param rows length of the axis
     * @param chunk rows per chunk
     * @return consecutive ranges that cover all rows; the last one may be shorter
     */
    public static List<NDIndex> ranges(long rows, int chunk) {
        return LongStream.range(0, (rows + chunk - 1) / chunk)
                .mapToObj(i -> new NDIndex("{}:{}", i * chunk, Math.min(rows, (i + 1) * chunk)))
                .toList();
    }
}
