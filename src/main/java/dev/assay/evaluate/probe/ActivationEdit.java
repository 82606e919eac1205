package dev.assay.evaluate.probe;

import ai.djl.ndarray.NDArray;

/** An edit of activations during a run of a model. */
@FunctionalInterface
public interface ActivationEdit {
    /**
     * Edits activations.
     *
     * @param rows [n, d], must not be changed in place
     * @return [n, d], owned by the open scope
     */
    NDArray apply(NDArray rows);
}
