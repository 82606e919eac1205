package dev.assay.feature;

import java.util.List;

/**
 * What there is to see of one feature.
 *
 * @param latent the latent's number in the dictionary
 * @param density the share of tokens on which the latent is active, that is, above 0
 * @param activeTokens the number of those tokens
 * @param maxActivation the largest activation, 0 where there is none
 * @param meanActivation the mean over the tokens on which the latent is active, 0 where there is none
 * @param histogram the activations above 0
 * @param topExamples the strongest examples, at most one a context, strongest first; equal ones in the order of the corpus
 * @param topLogits the tokens that the feature makes most likely, most likely first; empty where the dictionary does not write
 *     to the residual stream
 * @param bottomLogits the tokens that the feature makes least likely, least likely first
 */
public record FeatureReport(
        int latent,
        double density,
        long activeTokens,
        double maxActivation,
        double meanActivation,
        Histogram histogram,
        List<Example> topExamples,
        List<TokenLogit> topLogits,
        List<TokenLogit> bottomLogits) {
    /** Keeps its own copies of the lists. */
    public FeatureReport {
        topExamples = List.copyOf(topExamples);
        topLogits = List.copyOf(topLogits);
        bottomLogits = List.copyOf(bottomLogits);
    }

    /**
     * Tells whether the latent was never active.
     *
     * @return true where no token activated it
     */
    public boolean isDead() {
        return activeTokens == 0;
    }

    /**
     * Renders the report for a terminal: each example with its peak in brackets.
     *
     * @return lines of text, the last one ended
     */
    public String toText() {
        return FeatureText.of(this);
    }
}
