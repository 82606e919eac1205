package dev.assay.train.spi;

import ai.djl.ndarray.NDArray;

/**
 * The loss of one step. A step uses its methods in this order: {@link #selector} decides which codes may differ from 0, {@link #add}
 * computes loss and gradients of a slice of the batch, once for sparse codes and several times for dense ones, {@link #fireCounts} is read
 * and {@link #finish} completes the gradients.
 */
public interface StepLoss {
    /**
     * Returns the selection of the codes that may differ from 0.
     *
     * @return the same object on every call
     */
    Selector selector();

    /**
     * Adds the loss and the gradients of a slice of the batch. Means are over the whole batch, {@link StepAccumulator#batchSize}.
     *
     * @param rows the slice
     * @param space the selected entries
     * @param pre {@code s · W_encᵀ + b_enc − bound} at the entries, with s and the bound of {@link BatchSlice} and {@link Selector}; may be
     *     overwritten
     * @param sums the sums of the step
     */
    void add(BatchSlice rows, CodeSpace space, NDArray pre, StepAccumulator sums);

    /**
     * Returns how often each latent fired, which decides which latents count as dead.
     *
     * @param sums the sums over the whole batch
     * @return [d_sae]
     */
    default NDArray fireCounts(StepAccumulator sums) {
        return sums.fireCounts();
    }

    /**
     * Completes the gradients, once the sums are over the whole batch. By default the gradient of the encoder bias is the sum over the batch
     * of the gradients of pre-activations.
     *
     * @param batch the whole batch
     * @param dead int64 [n_dead], the dead latents in ascending order; empty if there are none
     * @param sums the sums of the step
     */
    default void finish(BatchSlice batch, NDArray dead, StepAccumulator sums) {
        Gradients gradients = sums.gradients();
        gradients.add(Parameter.ENCODER_BIAS, gradients.preActivationSum().duplicate());
    }
}
