package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;

/** Decides, piece by piece of a batch, where codes may differ from 0. One object serves one batch. */
interface Selector {
    /**
     * Returns what is to be subtracted from each pre-activation before the pieces are taken.
     *
     * @return [d_sae], or null for nothing
     */
    default NDArray bound() {
        return null;
    }

    /**
     * Tells whether latents are ranked by pre-activation times decoder norm.
     *
     * @return true when they are
     */
    default boolean ranksByNorm() {
        return false;
    }

    /**
     * Tells from the first rows of a batch whether so many places would be selected that dense products are faster.
     *
     * @param scores [rows, d_sae], pre-activations less the bound
     * @return true when the batch is to be treated as dense
     */
    boolean isDense(NDArray scores);

    /**
     * Marks what was selected in a dense step.
     *
     * @param scores [rows, d_sae], pre-activations less the bound; may be overwritten
     * @return [rows, d_sae], the same, not above 0 where a place is not selected
     */
    NDArray dense(NDArray scores);

    /**
     * Selects among the next rows of the batch.
     *
     * @param scores [rows, d_sae], pre-activations less the bound; may be overwritten
     */
    void take(NDArray scores);

    /**
     * Returns what was selected of all rows.
     *
     * @return places and pre-activations less the bound, or null when the rows have to be taken once more, with less hope of finding few
     */
    SparseEntries finish();
}
