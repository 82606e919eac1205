package dev.assay.train;

import ai.djl.ndarray.NDArray;

/** The loss of an architecture with its gradients in closed form. */
interface Objective extends AutoCloseable {
    /**
     * Computes loss and gradients on a batch, and takes note of who fired.
     *
     * @param parameters the dictionary
     * @param x [batch, d_in]
     * @param dead the counters, changed
     * @return losses and gradients, owned by the open scope
     */
    Outcome evaluate(DictionaryParameters parameters, NDArray x, DeadLatents dead);

    @Override
    void close();

    /**
     * What a batch says.
     *
     * @param gradients of the loss with respect to each parameter
     * @param decoderParallel [d_sae], the inner product of each decoder row with its gradient
     * @param losses float [3]: mean squared error (summed over dimensions), auxiliary loss (weighted), mean L0
     */
    record Outcome(DictionaryParameters gradients, NDArray decoderParallel, NDArray losses) {}
}
