package dev.assay.model.hook;

import ai.djl.ndarray.NDArray;

/** Sees the activation of a site while the model runs. */
@FunctionalInterface
public interface ActivationReader {
    /**
     * Reads an activation.
     *
     * @param activation the shape of the site; valid during the call only, and not to be changed
     * @param site where it is
     */
    void read(NDArray activation, Site site);
}
