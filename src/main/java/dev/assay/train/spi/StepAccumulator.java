package dev.assay.train.spi;

import ai.djl.ndarray.NDArray;

/** The sums of one step over the slices of its batch: losses, gradients, reconstruction errors and firing counts. */
public interface StepAccumulator {
    /**
     * Returns the dictionary.
     *
     * @return the parameters before the step
     */
    DictionaryParameters parameters();

    /**
     * Returns the number of rows of the whole batch.
     *
     * @return the divisor of every mean
     */
    int batchSize();

    /**
     * Returns the gradients.
     *
     * @return the sums so far
     */
    Gradients gradients();

    /**
     * Returns the losses.
     *
     * @return the sums so far
     */
    LossSums losses();

    /**
     * Returns the array of the reconstruction error of a slice.
     *
     * @param rows the slice
     * @return [rows, d_out], {@code x̂ − target} after {@link ReconstructionLoss#of}
     */
    NDArray error(BatchSlice rows);

    /**
     * Returns an array of the shape of a reconstruction of the whole batch. Its memory is shared with the encoder's gradient.
     *
     * @return [batch, d_out], with arbitrary content, valid until {@link Gradients#addPreActivations}
     */
    NDArray encoderScratch();

    /**
     * Returns a second such array, with memory of its own.
     *
     * @return [batch, d_out], with arbitrary content, valid until the end of the step
     */
    NDArray scratch();

    /**
     * Counts active entries.
     *
     * @param space the entries
     * @param active at the entries, 1 where the latent is active, else 0
     */
    void countActive(CodeSpace space, NDArray active);

    /**
     * Counts the entries whose value is above a bound.
     *
     * @param space the entries
     * @param values at the entries
     * @param bound the bound
     */
    void countAbove(CodeSpace space, NDArray values, double bound);

    /**
     * Returns how often each latent was active.
     *
     * @return [d_sae]
     */
    NDArray fireCounts();
}
