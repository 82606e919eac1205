package dev.assay.feature.report;

import java.util.Comparator;
import java.util.List;

/**
 * One line about a feature.
 *
 * @param latent the latent's number in the dictionary
 * @param density the share of tokens on which the latent is active, that is, above 0
 * @param maxActivation the largest activation, 0 where there is none
 * @param meanActivation the mean over the tokens on which the latent is active, 0 where there is none
 * @param peakTokens the different tokens on which its top examples peak, strongest first
 */
public record FeatureSummary(
        int latent, double density, double maxActivation, double meanActivation, List<String> peakTokens) {
    /** By largest activation, equal ones by their number. */
    public static final Comparator<FeatureSummary> STRONGEST_FIRST = Comparator.comparingDouble(
                    FeatureSummary::maxActivation)
            .reversed()
            .thenComparingInt(FeatureSummary::latent);

    /** Keeps its own copy of the list. */
    public FeatureSummary {
        peakTokens = List.copyOf(peakTokens);
    }

    /**
     * Tells whether the latent was never active.
     *
     * @return true where the density is 0
     */
    public boolean isDead() {
        return density == 0;
    }

    /**
     * Renders summaries for a terminal.
     *
     * @param features the lines of the table
     * @return a line of headings, then one line a feature
     */
    public static String table(List<FeatureSummary> features) {
        return FeatureText.table(features);
    }
}
