package dev.assay.feature.prompt;

import java.util.List;

/**
 * A feature that is active on a prompt.
 *
 * @param latent the latent's number in the dictionary
 * @param activations its activation at each token of the prompt, 0 where it is not active
 * @param peak the position of the largest activation
 * @param quantile the share of the feature's activations in the store that are at most the largest on the prompt, from 0 to 1; 0 for
 *     a latent that is dead in the store
 * @param attribution the gradient attribution over the prompt, see {@link PromptRanking#ATTRIBUTION}; NaN unless it was computed
 * @param effect the change of the metric when the feature is ablated, about the negative of the attribution; NaN unless it was computed
 * @param peakTokens the tokens on which the feature's top examples in the store peak, strongest first
 * @param labels its labels
 */
public record PromptFeature(
        int latent,
        List<Float> activations,
        int peak,
        double quantile,
        double attribution,
        double effect,
        List<String> peakTokens,
        List<String> labels) {
    /** Copies the lists. */
    public PromptFeature {
        activations = List.copyOf(activations);
        peakTokens = List.copyOf(peakTokens);
        labels = List.copyOf(labels);
    }

    /**
     * Returns the largest activation on the prompt.
     *
     * @return the activation at {@link #peak}
     */
    public float activation() {
        return activations.get(peak);
    }
}
