package dev.assay.train.spi;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Selects the codes of a batch that may differ from 0, by scores: pre-activations less a bound per latent. Where few are selected, a step
 * reads the entries that {@link #select} returns; where many are, it masks each chunk of scores by {@link #dense}. The layout with the lower
 * {@linkplain #cost() cost} is used.
 */
public interface Selector {
    /**
     * Selects every positive pre-activation.
     *
     * @return the selector
     */
    static Selector positive() {
        return new ThresholdSelector(null);
    }

    /**
     * Selects every pre-activation above the bound of its latent.
     *
     * @param bounds [d_sae]
     * @return the selector
     */
    static Selector above(NDArray bounds) {
        return new ThresholdSelector(bounds);
    }

    /**
     * Selects the k largest pre-activations of each row.
     *
     * @param k at most d_sae
     * @return the selector
     */
    static Selector topK(int k) {
        return new TopKSelector(k, null);
    }

    /**
     * Selects the k latents of each row with the largest {@code pre · norm}.
     *
     * @param k at most d_sae
     * @param norms [d_sae]
     * @return the selector
     */
    static Selector topK(int k, NDArray norms) {
        return new TopKSelector(k, norms);
    }

    /**
     * Selects the {@code k · batch} largest positive pre-activations of the whole batch.
     *
     * @param k entries per row on average
     * @param batchSize the rows of the batch
     * @return the selector
     */
    static Selector batchTopK(double k, int batchSize) {
        return new BatchTopKSelector(k, batchSize, null);
    }

    /**
     * Selects the {@code k · batch} entries of the whole batch with the largest positive {@code pre · norm}.
     *
     * @param k entries per row on average
     * @param batchSize the rows of the batch
     * @param norms [d_sae]
     * @return the selector
     */
    static Selector batchTopK(double k, int batchSize, NDArray norms) {
        return new BatchTopKSelector(k, batchSize, norms);
    }

    /**
     * Returns the bound that is subtracted from pre-activations.
     *
     * @return [d_sae], or empty for 0
     */
    default Optional<NDArray> bound() {
        return Optional.empty();
    }

    /**
     * Returns whether latents are ranked by pre-activation times decoder norm.
     *
     * @return false unless overridden
     */
    default boolean ranksByNorm() {
        return false;
    }

    /**
     * Returns the ranking by which entries are selected, so that the selection can be computed over slices of the latents.
     *
     * @return empty if every entry is selected or not regardless of the others
     */
    default Optional<Ranking> ranking() {
        return Optional.empty();
    }

    /**
     * A selection of the entries with the largest {@code score · norm}.
     *
     * @param scope the entries that are compared with each other
     * @param count selected entries per row, or of the whole batch
     * @param norms [d_sae], or null for 1
     */
    record Ranking(Scope scope, long count, NDArray norms) {
        /** The entries that are compared with each other. */
        public enum Scope {
            /** The entries of each row. */
            ROW,
            /** The positive entries of all rows. */
            BATCH
        }
    }

    /**
     * Estimates the share of selected entries from the first rows of a batch.
     *
     * @param scores [rows, d_sae], left unchanged
     * @return 0 to 1; empty if the selection needs the whole batch, so that {@link #dense} cannot be used
     */
    OptionalDouble activeShare(NDArray scores);

    /**
     * Returns the measured costs of a step apart from products and sparse passes.
     *
     * @return those of a selection by sign unless overridden
     */
    default Cost cost() {
        return Cost.THRESHOLD;
    }

    /**
     * Costs in units of one multiplication with addition in a dense product.
     *
     * @param perScore of masking and elementwise operations per score in a dense step, beyond those of selecting entries in a sparse one
     * @param perEntry of sorting and elementwise operations per selected entry in a sparse step
     */
    record Cost(double perScore, double perEntry) {
        /** A selection by sign or by a bound. */
        static final Cost THRESHOLD = new Cost(50, 2500);
        /** A selection by bounds that are trained, whose gradients need further values per entry. */
        static final Cost TRAINED_BOUND = new Cost(50, 6000);
        /** A selection of k entries per row: the mask of a dense step is a second array. */
        static final Cost TOP_K = new Cost(450, 2500);
    }

    /**
     * Masks scores in a dense step.
     *
     * @param scores [rows, d_sae]; may be overwritten
     * @return [rows, d_sae], the scores where an entry is selected, elsewhere 0 or less
     */
    NDArray dense(NDArray scores);

    /**
     * Selects the entries of a whole batch.
     *
     * @param scores the scores, which may be computed more than once
     * @return the entries with their scores
     */
    SparseEntries select(ScoreChunks scores);
}
