package dev.assay.feature.prompt;

import dev.assay.InvalidInputException;

/**
 * Options of a report about the features on a prompt. Immutable.
 *
 * @param ranking the ranking of the features
 * @param metric the metric of attributions and effects; not used when ranking by activation or quantile
 * @param count the number of features to show, over the prompt and at each token
 * @param candidates the number of features that are ablated when ranking by effect, those with the largest attributions
 */
public record PromptOptions(PromptRanking ranking, PromptMetric metric, int count, int candidates) {
    /** Checks the numbers. */
    public PromptOptions {
        if (count < 1 || candidates < 1) {
            throw new InvalidInputException(
                    "count is " + count + " and candidates is " + candidates + ", expected at least 1 of each");
        }
    }

    /**
     * Returns the default options: the loss on the prompt, 10 features, 64 candidates.
     *
     * @param ranking the ranking of the features
     * @return the options
     */
    public static PromptOptions by(PromptRanking ranking) {
        return new PromptOptions(ranking, PromptMetric.loss(), 10, 64);
    }

    /**
     * Sets the metric of attributions and effects.
     *
     * @param metric such as {@link PromptMetric#logit}
     * @return changed options
     */
    public PromptOptions on(PromptMetric metric) {
        return new PromptOptions(ranking, metric, count, candidates);
    }

    /**
     * Sets the number of features to show.
     *
     * @param count at least 1
     * @return changed options
     */
    public PromptOptions count(int count) {
        return new PromptOptions(ranking, metric, count, candidates);
    }

    /**
     * Sets the number of features that are ablated when ranking by effect.
     *
     * @param candidates at least 1
     * @return changed options
     */
    public PromptOptions candidates(int candidates) {
        return new PromptOptions(ranking, metric, count, candidates);
    }

    /** {@return whether the ranking needs the metric and its gradients} */
    public boolean needsMetric() {
        return ranking == PromptRanking.ATTRIBUTION || ranking == PromptRanking.EFFECT;
    }
}
