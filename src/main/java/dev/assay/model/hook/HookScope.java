package dev.assay.model.hook;

import ai.djl.ndarray.NDArray;

/** A set of open hooks. They act on the runs of the thread that opened them, until that thread closes the scope. */
public interface HookScope extends AutoCloseable {
    /**
     * Computes the gradients of a loss and passes them to the gradient readers, from the deepest site to the first. Afterwards the
     * recorded runs are released: each run supports one backward pass.
     *
     * @param loss a single number, computed from runs under these hooks while {@link dev.assay.tensor.Autograd} recorded
     * @throws IllegalStateException when no such run was recorded
     */
    void backward(NDArray loss);

    /**
     * Removes the hooks. Closing a second time has no effect.
     *
     * @throws IllegalStateException when called from a thread other than the one that opened the hooks
     */
    @Override
    void close();
}
