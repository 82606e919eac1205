package dev.assay.feature.prompt;

/** The ranking of the features that are active on a prompt. */
public enum PromptRanking {
    /** By the largest activation on the prompt. */
    ACTIVATION,
    /** By the share of the feature's own activations in the store that are at most its largest on the prompt. */
    QUANTILE,
    /**
     * By the size of the gradient attribution {@code Σ_t c_j(t) · (∂metric/∂x_t · d_j)} over the tokens t of the prompt, the
     * first-order contribution of the feature to the metric (Syed, Rager and Conmy, "Attribution Patching Outperforms Automated Circuit
     * Discovery", arXiv 2310.10348, with 0 for the patch). One backward pass.
     */
    ATTRIBUTION,
    /**
     * By the size of the change of the metric when the feature is ablated at every token of the prompt, computed by running the model
     * with the edit. Only the candidates with the largest attributions are run.
     */
    EFFECT
}
