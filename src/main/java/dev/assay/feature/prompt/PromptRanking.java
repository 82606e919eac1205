package dev.assay.feature.prompt;

/** By what the features that are active on a prompt are ranked. */
public enum PromptRanking {
    /** By the largest activation on the prompt. */
    ACTIVATION,
    /** By the share of the feature's own activations in the store that are no larger than its largest on the prompt. */
    QUANTILE,
    /**
     * By the size of the gradient attribution {@code Σ_t c_j(t) · (∂metric/∂x_t · d_j)} over the tokens t of the prompt, which is what
     * the feature adds to the metric to first order (Syed, Rager and Conmy, "Attribution Patching Outperforms Automated Circuit
     * Discovery", arXiv 2310.10348, with 0 for the patch). One backward pass.
     */
    ATTRIBUTION,
    /**
     * By the size of the change of the metric when the feature is ablated at every token of the prompt, computed by running the model
     * with the edit. Only the candidates with the largest attributions are run.
     */
    EFFECT
}
