package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.tensor.Aten;
import dev.assay.tensor.ChunkSizes;
import java.util.function.Consumer;

/** The dense product of a training step, piece by piece: what is selected from a piece is read while it is still in the cache. */
final class EncoderMatmul {
    /** Up to here pieces are best for the cache, where they have rows enough for products to be fast, */
    private static final long FLOATS = 1L << 21;
    /** unless those would take too much memory. */
    private static final long MOST_FLOATS = 1L << 25;

    private EncoderMatmul() {}

    /** The rows of a piece, fewer the larger the dictionary. */
    private static long rows(NDArray encoder) {
        long dSae = encoder.getShape().get(0);
        long best = Math.max(DenseCodeSpace.ROWS, FLOATS / dSae);
        return ChunkSizes.rows(encoder, Math.min(best, MOST_FLOATS / dSae), dSae);
    }

    /**
     * Computes {@code x · encoderᵀ + bias} and hands it on.
     *
     * @param workspace has room for a piece
     * @param x [batch, d_in]
     * @param encoder [d_sae, d_in]
     * @param bias [d_sae]
     * @param taker gets [rows, d_sae] for the next rows, which is overwritten afterwards
     */
    static void run(Workspace workspace, NDArray x, NDArray encoder, NDArray bias, Consumer<NDArray> taker) {
        long all = x.getShape().get(0);
        long dSae = encoder.getShape().get(0);
        long rows = Math.min(all, rows(encoder));
        NDArray transposed = encoder.transpose();
        for (long first = 0; first < all; first += rows) {
            long last = Math.min(all, first + rows);
            NDArray out = workspace.array(Workspace.Use.SCORES, last - first, dSae);
            Aten.addmm(bias, x.get(new NDIndex("{}:{}", first, last)), transposed, out);
            taker.accept(out);
        }
    }
}
