package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.tensor.Aten;
import dev.assay.tensor.ChunkSizes;
import java.util.function.Consumer;

/**
 * The dense product of a training step, {@code x · encoderᵀ + bias}, in chunks of rows: a chunk is read while it is in the cache, and the
 * next one overwrites it. The product can be computed any number of times.
 */
final class EncoderMatmul {
    /** The size of a chunk that stays in the cache, unless {@link DenseCodeSpace#ROWS} rows are larger. */
    private static final long CACHE_FLOATS = 1L << 21;
    /** The largest size of a chunk, whatever the number of rows. */
    private static final long MAX_FLOATS = 1L << 25;

    private final Workspace workspace;
    private final NDArray x; // [batch, d_in]
    private final NDArray transposed; // [d_in, d_sae]
    private final NDArray bias; // [d_sae]
    private final int dSae;
    private final int chunkRows;
    private boolean holdsFirst; // whether the workspace holds the first chunk, not yet handed to a consumer

    /** Receives the chunks in order. */
    interface Consumer {
        /**
         * Reads a chunk.
         *
         * @param firstRow the index of its first row in the batch
         * @param chunk [rows, d_sae], which may be overwritten
         */
        void accept(int firstRow, NDArray chunk);
    }

    /**
     * Prepares a product.
     *
     * @param workspace holds the current chunk
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

    private static long chunkRows(NDArray encoder) {
        long dSae = encoder.getShape().get(0);
        long fast = Math.max(DenseCodeSpace.ROWS, CACHE_FLOATS / dSae);
        return ChunkSizes.rows(encoder, Math.min(fast, MAX_FLOATS / dSae), dSae);
    }

    private int rows() {
        return (int) x.getShape().get(0);
    }

    /** Computes the first chunk ahead of {@link #forEach}, which does not compute it again: [rows, d_sae], to be left unchanged. */
    NDArray firstChunk() {
        NDArray first = chunk(0);
        holdsFirst = true;
        return first;
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
        NDArray out = output(first);
        NDIndex rows = new NDIndex("{}:{}", first, Math.min(rows(), first + chunkRows));
        Aten.addmm(bias, x.get(rows), transposed, out);
        return out;
    }

    private NDArray output(int first) {
        return workspace.array(Workspace.Use.SCORES, Math.min(rows() - first, chunkRows), dSae);
    }
}
