package dev.assay.feature.report;

/**
 * What the ablation of a feature does to the prediction made at one token. The feature is ablated at every token of the context (but
 * special ones, where the dictionary was trained without them): its part {@code activation · direction}, on the scale of the
 * activations, is taken from the activations, and their reconstruction error stays (as in Marks et al., "Sparse Feature Circuits", arXiv
 * 2403.19647).
 *
 * @param token the token's text
 * @param activation the feature's activation there
 * @param directLossChange the change of the next token's loss, in nats, along the straight way alone: through the final norm, which is
 *     computed anew, and the unembedding; NaN where there is no next token, or the site is no part of the residual stream
 * @param lossChange the change of the same loss in the model that runs with the edit; NaN where there is no next token
 */
public record TokenEffect(String token, double activation, double directLossChange, double lossChange) {}
