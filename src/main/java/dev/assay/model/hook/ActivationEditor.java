package dev.assay.model.hook;

import ai.djl.ndarray.NDArray;

/** Replaces the activation of a site during a run. */
@FunctionalInterface
public interface ActivationEditor {
    /**
     * Returns the activation to continue with.
     *
     * @param activation the current activation, in the shape of the site; must not be changed in place
     * @param site the site, with the tokens of the run
     * @return an array of the same shape, or the activation itself to leave it unchanged
     */
    NDArray edit(NDArray activation, Site site);
}
