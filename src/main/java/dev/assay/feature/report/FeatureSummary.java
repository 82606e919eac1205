package dev.assay.feature.report;

import java.util.Comparator;
import java.util.List;

/**
 * Statistics and peak tokens of a feature.
 *
 * @param latent the latent's number in the dictionary
 * @param density the share of tokens on which the latent is active, that is, has an activation above 0
 * @param maxActivation the largest activation, 0 if it is dead
 * @param meanActivation the mean over the tokens on which the latent is active, 0 if it is dead
 * @param peakTokens the distinct tokens on which its top examples peak, strongest first
 */
public record FeatureSummary(
        int latent, double density, double maxActivation, double meanActivation, List<String> peakTokens) {
    /** Orders by decreasing largest activation, ties by number. */
    public static final Comparator<FeatureSummary> STRONGEST_FIRST = Comparator.comparingDouble(
                    FeatureSummary::maxActivation)
            .reversed()
            .thenComparingInt(FeatureSummary::latent);

    /** Copies the list. */
    public FeatureSummary {
        peakTokens = List.copyOf(peakTokens);
    }

    /**
     * Returns whether the latent was never active.
     *
     * @return true if the density is 0
     */
    public boolean isDead() {
        return density == 0;
    }

    /**
     * Renders summaries as a table in plain text.
     *
     * @param features one per line
     * @return a line of headings, then one line per feature
     */
    public static String table(List<FeatureSummary> features) {
        return FeatureText.table(features);
    }
}
