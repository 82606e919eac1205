package dev.assay.activation.store;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.tensor.Scope;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The CRC-32C of blocks of consecutive rows, one per tensor of a shard and block. A shard stores them as the tensor {@value #TENSOR}, I32
 * [tensors, blocks], in the order of the sites followed by tokens, documents and positions. Reading rows verifies their blocks, so a flipped
 * bit is found without reading the rest of the shard.
 */
final class RowChecksums {
    static final String TENSOR = "checksums";

    /** The size of a block at the widest site. It divides the blocks that training reads, of 1 MiB, for usual widths. */
    private static final int BLOCK_BYTES = 1 << 14;

    /** The largest number of rows of a block: one byte per row. */
    static final int MAX_BLOCK_ROWS = BLOCK_BYTES;

    private static final int PIECE_BYTES = 1 << 22;

    private RowChecksums() {}

    /** Returns the number of rows of a block. */
    static int blockRows(StoreDescription about) {
        int widest = about.widths().stream().mapToInt(Integer::intValue).max().orElse(1);
        int rows = BLOCK_BYTES / (widest * about.type().getNumOfBytes());
        // A power of two: it divides the rows of the blocks that training reads when their width is a power of two.
        return Math.max(1, Integer.highestOneBit(Math.max(1, rows)));
    }

    static int blocks(int rows, int blockRows) {
        return (rows + blockRows - 1) / blockRows;
    }

    /** Computes the checksums of a tensor [rows, ...], [blocks]. */
    static int[] compute(NDArray values, int rows, int blockRows) {
        int[] checksums = new int[blocks(rows, blockRows)];
        long rowBytes =
                values.size() / values.getShape().get(0) * values.getDataType().getNumOfBytes();
        int step = (int) Math.max(1, PIECE_BYTES / (rowBytes * blockRows)) * blockRows;
        for (int first = 0; first < rows; first += step) {
            int end = Math.min(rows, first + step);
            try (Scope scope = Scope.open()) {
                ByteBuffer bytes = values.get(new NDIndex(first + ":" + end)).toByteBuffer(true);
                compute(bytes, rowBytes, end - first, blockRows, checksums, first / blockRows);
            }
        }
        return checksums;
    }

    /**
     * Computes the checksums of consecutive rows.
     *
     * @param bytes the rows, from its position
     * @param rowBytes the size of a row
     * @param rows the number of rows, from the start of a block
     * @param blockRows the number of rows of a block
     * @param checksums receives one checksum per block
     * @param first the index of the first checksum
     */
    static void compute(ByteBuffer bytes, long rowBytes, int rows, int blockRows, int[] checksums, int first) {
        CRC32C crc = new CRC32C();
        ByteBuffer all = bytes.duplicate();
        int begin = all.position();
        for (int block = 0; block * blockRows < rows; block++) {
            int end = Math.min(rows, (block + 1) * blockRows);
            all.limit(begin + (int) (end * rowBytes)).position(begin + (int) (block * blockRows * rowBytes));
            crc.reset();
            crc.update(all);
            checksums[first + block] = (int) crc.getValue();
        }
    }
}
