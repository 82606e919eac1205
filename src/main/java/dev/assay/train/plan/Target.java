package dev.assay.train.plan;

/**
 * What a dictionary reconstructs. A transcoder (Dunefsky et al., arXiv 2406.11944) predicts the activations of another site, its
 * target y, in the loss of its method: {@code E‖x̂ − y‖²} takes the place of {@code E‖x̂ − x‖²}. Its decoder bias belongs to that site, so
 * that it starts at the median of y and is never subtracted from the input.
 */
public enum Target {
    /** The activations that it encodes. */
    INPUT,
    /** Those of a second site. */
    OTHER_SITE,
    /**
     * Those of a second site, with a linear part that is not sparse: {@code x̂ = c · W_dec + b_dec + x · W_skipᵀ} (Paulo et al., arXiv
     * 2501.18823).
     */
    OTHER_SITE_WITH_SKIP
}
