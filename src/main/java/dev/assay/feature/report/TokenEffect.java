package dev.assay.feature.report;

/**
 * The effect of ablating a feature on the prediction at one token. The feature is ablated at every token of the context, except special
 * tokens for a dictionary that was trained without them: its contribution {@code activation · direction}, on the scale of the
 * activations, is subtracted and the reconstruction error is kept (as in Marks et al., "Sparse Feature Circuits", arXiv
 * 2403.19647).
 *
 * @param token the token's text
 * @param activation the feature's activation there
 * @param directLossChange the change of the next token's loss, in nats, along the direct path only: through the final norm, which is
 *     recomputed, and the unembedding; NaN without a next token or if the site is not part of the residual stream
 * @param lossChange the change of the same loss in a run of the model with the edit; NaN without a next token
 */
public record TokenEffect(String token, double activation, double directLossChange, double lossChange) {}
