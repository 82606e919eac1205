package dev.assay.model.hook;

import ai.djl.ndarray.NDArray;

/** Reads the activation, or the gradient, of a site during a run. */
@FunctionalInterface
public interface ActivationReader {
    /**
     * Reads an activation.
     *
     * @param activation the activation, in the shape of the site; valid during the call only, must not be changed in place
     * @param site the site, with the tokens of the run
     */
    void read(NDArray activation, Site site);
}
