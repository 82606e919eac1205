package dev.assay.feature.store;

import java.util.List;

/**
 * The numbers of one latent over the tokens of a store. Moments and quantiles are of its activations above 0.
 *
 * @param tokens the tokens that were counted
 * @param activeTokens the tokens on which the latent is active, that is, above 0
 * @param max the largest activation, 0 where there is none
 * @param mean the mean activation, 0 where there is none
 * @param deviation the standard deviation, of the population
 * @param skewness the third standardised moment, 0 where the deviation is 0
 * @param kurtosis the fourth standardised moment, 3 for a Gaussian, 0 where the deviation is 0
 * @param quantiles the activations at the shares of {@link #SHARES}, interpolated between neighbours; empty for a dead latent
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
    /** The shares at which quantiles are given. */
    public static final List<Double> SHARES = List.of(0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99);

    /** Keeps its own copy of the list. */
    public FeatureStats {
        quantiles = List.copyOf(quantiles);
    }

    /**
     * Returns how often the latent is active.
     *
     * @return the share of tokens on which it is above 0; 0 where there are no tokens
     */
    public double density() {
        return tokens == 0 ? 0 : (double) activeTokens / tokens;
    }

    /**
     * Tells whether the latent was never active.
     *
     * @return true where no token activated it
     */
    public boolean isDead() {
        return activeTokens == 0;
    }
}
