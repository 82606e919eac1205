package dev.assay.model.hook;

import ai.djl.ndarray.NDArray;

/** Replaces the activation of a site while the model runs. */
@FunctionalInterface
public interface ActivationEditor {
    /**
     * Returns what the model goes on with.
     *
     * @param activation the shape of the site; not to be changed
     * @param site where it is
     * @return an array of the same shape, or the activation itself to leave it
     */
    NDArray edit(NDArray activation, Site site);
}
