package dev.assay.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.function.Consumer;

/**
 * The dense product of a training step, piece by piece into one array that is made once: a fresh one would cost a page fault every
 * 4 KiB, and what is selected from a piece is read while it is still in the cache. Dictionaries that take turns can share one.
 */
final class EncoderProduct implements AutoCloseable {
    /** Up to here pieces are best for the cache; */
    private static final long FLOATS = 1L << 22;
    /** but with fewer rows than this the product itself slows down, */
    private static final long ROWS = 1024;
    /** unless that would take too much memory. */
    private static final long MOST_FLOATS = 1L << 25;

    private final int batch;
    private final NDArray scores; // [rows · d_sae] of the largest dictionary

    /**
     * Makes the array.
     *
     * @param manager owns it
     * @param batch the most rows of a batch
     * @param largestDSae the most latents of a dictionary
     */
    EncoderProduct(NDManager manager, int batch, int largestDSae) {
        this.batch = batch;
        this.scores = Scope.outside(() -> manager.zeros(new Shape(floats(largestDSae))));
    }

    /** The numbers of a piece, which grow with the dictionary. */
    private long floats(long dSae) {
        long best = Math.min(Math.max(ROWS * dSae, FLOATS), MOST_FLOATS);
        return Math.max(dSae, Math.min(batch * dSae, best));
    }

    /**
     * Computes {@code x · encoderᵀ + bias} and hands it on.
     *
     * @param x [batch, d_in]
     * @param encoder [d_sae, d_in]
     * @param bias [d_sae]
     * @param taker gets [rows, d_sae] for the next rows, which is overwritten afterwards
     */
    void run(NDArray x, NDArray encoder, NDArray bias, Consumer<NDArray> taker) {
        long all = x.getShape().get(0);
        long dSae = encoder.getShape().get(0);
        long rows = floats(dSae) / dSae;
        NDArray transposed = encoder.transpose();
        for (long first = 0; first < all; first += rows) {
            long last = Math.min(all, first + rows);
            NDArray out = scores.get(new NDIndex("0:{}", (last - first) * dSae)).reshape(last - first, dSae);
            Aten.addmm(bias, x.get(new NDIndex("{}:{}", first, last)), transposed, out);
            taker.accept(out);
        }
    }

    @Override
    public void close() {
        scores.close();
    }
}
