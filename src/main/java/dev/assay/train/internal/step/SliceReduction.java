package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;
import dev.assay.train.collective.Exchange;
import dev.assay.train.spi.ScoreChunks;
import dev.assay.train.spi.Selector;
import dev.assay.train.spi.SparseEntries;

/**
 * Combines the results of the slices of a dictionary, whose latents different workers train. Every slice calls the same methods in the same
 * order, and every slice receives the same result. A whole dictionary is its own only slice.
 */
public interface SliceReduction {
    /** The dictionary is not divided. */
    SliceReduction WHOLE = new SliceReduction() {
        @Override
        public boolean isWhole() {
            return true;
        }

        @Override
        public NDArray sum(Exchange exchange, NDArray partial) {
            return partial;
        }

        @Override
        public double[] sum(Exchange exchange, double[] partial) {
            return partial;
        }

        @Override
        public long sum(Exchange exchange, long partial) {
            return partial;
        }

        @Override
        public double smallest(double partial) {
            return partial;
        }

        @Override
        public NDArray kthLargest(NDArray ranks, int k) {
            return Aten.topK(ranks, k).values().min(new int[] {1}, true);
        }

        @Override
        public SparseEntries select(Selector selector, ScoreChunks scores) {
            return selector.select(scores);
        }
    };

    /** {@return whether there is one slice} */
    boolean isWhole();

    /**
     * Sums arrays over the slices.
     *
     * @param exchange the quantity
     * @param partial float32, of the same shape in every slice
     * @return the sum, which may be the array itself
     */
    NDArray sum(Exchange exchange, NDArray partial);

    /** Sums each number over the slices, in float64. */
    double[] sum(Exchange exchange, double[] partial);

    /** Sums a count over the slices. */
    long sum(Exchange exchange, long partial);

    /** Returns the smallest number of all slices. */
    double smallest(double partial);

    /**
     * Returns the k-th largest entry of each row over all slices.
     *
     * @param ranks [rows, latents of the slice]; a slice may have no latents
     * @param k at most the number of latents of all slices
     * @return [rows, 1]
     */
    NDArray kthLargest(NDArray ranks, int k);

    /**
     * Selects the entries of a whole batch.
     *
     * @param selector the selection
     * @param scores the scores of the slice
     * @return the selected entries of the slice, with latents counted from its first
     */
    SparseEntries select(Selector selector, ScoreChunks scores);
}
