package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.tensor.Aten;
import dev.assay.tensor.ChunkSizes;
import java.util.function.Consumer;

/**
 * The dense product of a training step, {@code x · encoderᵀ + bias}, in chunks of rows. A chunk is read while it is in the cache and is
 * overwritten by the next chunk. The product can be computed repeatedly.
 */
final class EncoderMatmul {
    /** The number of floats of a chunk that fits the cache; a chunk has at least {@link DenseCodeSpace#ROWS} rows. */
    private static final long CACHE_FLOATS = 1L << 21;
    /** The maximum number of floats of a chunk. */
    private static final long MAX_FLOATS = 1L << 25;

    /** The rows that selectors estimate from. */
    private static final int SAMPLE_ROWS = 64;

    private final Workspace workspace;
    private final NDArray x; // [batch, d_in]
    private final NDArray transposed; // [d_in, d_sae]
    private final NDArray bias; // [d_sae]
    private final int dSae;
    private final int chunkRows;
    private boolean holdsFirst; // whether the workspace has the first chunk, which no consumer has read yet

    /** Receives the chunks in order. */
    interface Consumer {
        /**
         * Processes a chunk.
         *
         * @param firstRow the index of its first row in the batch
         * @param chunk [rows, d_sae], which may be overwritten
         */
        void accept(int firstRow, NDArray chunk);
    }

    /**
     * Prepares a product.
     *
     * @param workspace the workspace of the current chunk
     * @param x [batch, d_in]
     * @param encoder [d_sae, d_in]
     * @param bias [d_sae]
     */
    EncoderMatmul(Workspace workspace, NDArray x, NDArray encoder, NDArray bias) {
        this.workspace = workspace;
        this.x = x;
        this.transposed = encoder.transpose();
        this.bias = bias;
        this.dSae = (int) encoder.getShape().get(0);
        this.chunkRows = (int) Math.min(rows(), chunkRows(encoder));
    }

    /** Returns the number of rows of a chunk of a large batch. */
    static long chunkRows(NDArray encoder) {
        long dSae = encoder.getShape().get(0);
        long fast = Math.max(DenseCodeSpace.ROWS, CACHE_FLOATS / dSae);
        return ChunkSizes.rows(encoder, Math.min(fast, MAX_FLOATS / dSae), dSae);
    }

    private int rows() {
        return (int) x.getShape().get(0);
    }

    /** Computes the first chunk before {@link #forEach}, which does not recompute it: [rows, d_sae]; must not be changed. */
    NDArray firstChunk() {
        NDArray first = chunk(0);
        holdsFirst = true;
        return first;
    }

    /** Computes the first rows, at most {@link #SAMPLE_ROWS}: [rows, d_sae]; the next chunk overwrites them. */
    NDArray sample() {
        holdsFirst = false;
        return chunk(0, Math.min(rows(), SAMPLE_ROWS));
    }

    /** Computes the product of the whole batch. */
    void forEach(Consumer consumer) {
        for (int first = 0; first < rows(); first += chunkRows) {
            NDArray chunk = holdsFirst ? output(first) : chunk(first);
            holdsFirst = false;
            consumer.accept(first, chunk);
        }
    }

    private NDArray chunk(int first) {
        return chunk(first, Math.min(rows(), first + chunkRows));
    }

    private NDArray chunk(int first, int last) {
        NDArray out = workspace.array(Workspace.Use.SCORES, last - first, dSae);
        Aten.addmm(bias, x.get(new NDIndex("{}:{}", first, last)), transposed, out);
        return out;
    }

    private NDArray output(int first) {
        return workspace.array(Workspace.Use.SCORES, Math.min(rows() - first, chunkRows), dSae);
    }
}
