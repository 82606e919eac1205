package dev.assay.audit.sample;

/**
 * Statistics of a dictionary over the tokens of a pass that it is for.
 *
 * @param tokens the number of tokens
 * @param active the number of tokens on which each latent is active, [d_sae]
 * @param sums the sum of the activations of each latent, [d_sae]
 * @param squaredError the sum of the squared reconstruction errors; NaN for a dictionary that predicts another site
 * @param centredSquares the sum of the squared distances of the activations from their mean; NaN likewise
 */
public record SourceStatistics(long tokens, long[] active, double[] sums, double squaredError, double centredSquares) {
    /** {@return the share of tokens on which a latent is active} */
    public double frequency(int latent) {
        return (double) active[latent] / tokens;
    }

    /** {@return the mean activation of a latent over all tokens} */
    public double meanActivation(int latent) {
        return sums[latent] / tokens;
    }

    /** {@return the fraction of variance unexplained; NaN for a dictionary that predicts another site} */
    public double fvu() {
        return squaredError / centredSquares;
    }

    /** {@return the mean number of active latents per token} */
    public double l0() {
        long total = 0;
        for (long count : active) {
            total += count;
        }
        return (double) total / tokens;
    }
}
