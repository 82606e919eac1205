package dev.assay.intervene.patch;

/** The direction of the divergence between the patched run and the counterfactual run. */
public enum PatchDivergence {
    /** KL(patched ‖ counterfactual), weighted by the patched run; the direction of the published experiment. */
    PATCHED_TO_COUNTERFACTUAL,
    /** KL(counterfactual ‖ patched), weighted by the counterfactual run. */
    COUNTERFACTUAL_TO_PATCHED;

    /**
     * Returns the mean divergence of an effect in this direction.
     *
     * @param effect the effect
     * @return nats
     */
    public double of(PatchEffect effect) {
        return this == PATCHED_TO_COUNTERFACTUAL
                ? effect.klPatchedToCounterfactual()
                : effect.klCounterfactualToPatched();
    }

    /**
     * Returns the divergence of each pair in this direction.
     *
     * @param effect the effect
     * @return nats, one number per pair
     */
    public double[] perPair(PatchEffect effect) {
        return this == PATCHED_TO_COUNTERFACTUAL ? effect.patchedToCounterfactual() : effect.counterfactualToPatched();
    }
}
