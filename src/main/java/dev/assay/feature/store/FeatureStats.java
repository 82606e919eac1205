package dev.assay.feature.store;

import java.util.List;

/**
 * Activation statistics of one latent over the tokens of a store. Moments and quantiles are over the activations above 0.
 *
 * @param tokens the number of tokens, without special tokens
 * @param activeTokens the number of tokens with an activation above 0
 * @param max the maximum activation, 0 for a dead latent
 * @param mean the mean activation, 0 for a dead latent
 * @param deviation the population standard deviation
 * @param skewness the third standardised moment, 0 if the deviation is 0
 * @param kurtosis the fourth standardised moment, 3 for a Gaussian, 0 if the deviation is 0
 * @param quantiles the quantiles at {@link #SHARES}, linearly interpolated; empty for a dead latent
 */
public record FeatureStats(
        long tokens,
        long activeTokens,
        double max,
        double mean,
        double deviation,
        double skewness,
        double kurtosis,
        List<Double> quantiles) {
    /** The probabilities of the {@link #quantiles}. */
    public static final List<Double> SHARES = List.of(0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99);

    /** Copies the list. */
    public FeatureStats {
        quantiles = List.copyOf(quantiles);
    }

    /**
     * Returns the density of the latent.
     *
     * @return the fraction of tokens with an activation above 0; 0 if there are no tokens
     */
    public double density() {
        return tokens == 0 ? 0 : (double) activeTokens / tokens;
    }

    /**
     * Returns whether the latent is dead.
     *
     * @return true if it is active on no token
     */
    public boolean isDead() {
        return activeTokens == 0;
    }
}
