package dev.assay.feature.prompt;

import dev.assay.InvalidInputException;

/**
 * What is asked about the features on a prompt. Immutable.
 *
 * @param ranking by what features are ranked
 * @param metric whose attributions and effects are computed; by activation and quantile none are
 * @param count the number of features to show, over the prompt and at each token
 * @param candidates the number of features that are ablated when ranking by effect: those of the largest attributions
 */
public record PromptOptions(PromptRanking ranking, PromptMetric metric, int count, int candidates) {
    /** Checks the numbers. */
    public PromptOptions {
        if (count < 1 || candidates < 1) {
            throw new InvalidInputException("asked for " + count + " features on a prompt out of " + candidates
                    + " candidates, expected at least 1 of each");
        }
    }

    /**
     * Starts with the usual options: the loss on the prompt, 10 features, 64 candidates.
     *
     * @param ranking by what features are ranked
     * @return the options
     */
    public static PromptOptions by(PromptRanking ranking) {
        return new PromptOptions(ranking, PromptMetric.loss(), 10, 64);
    }

    /**
     * Sets whose attributions and effects are computed.
     *
     * @param metric such as {@link PromptMetric#logit}
     * @return changed options
     */
    public PromptOptions on(PromptMetric metric) {
        return new PromptOptions(ranking, metric, count, candidates);
    }

    /**
     * Sets how many features are shown.
     *
     * @param count at least 1
     * @return changed options
     */
    public PromptOptions count(int count) {
        return new PromptOptions(ranking, metric, count, candidates);
    }

    /**
     * Sets how many features are ablated when ranking by effect.
     *
     * @param candidates at least 1
     * @return changed options
     */
    public PromptOptions candidates(int candidates) {
        return new PromptOptions(ranking, metric, count, candidates);
    }

    /** Tells whether gradients are needed. */
    public boolean needsMetric() {
        return ranking == PromptRanking.ATTRIBUTION || ranking == PromptRanking.EFFECT;
    }
}
