package dev.assay.feature.store;

/**
 * First and second moments of one latent, accumulated as sums. The values are activations for {@link #pearson}, or 1 per active token for
 * {@link #jaccard}.
 */
public final class RowMoments {
    private double sum;
    private double squares;

    /**
     * Adds one value.
     *
     * @param value an activation, or 1
     */
    public void add(double value) {
        sum += value;
        squares += value * value;
    }

    /**
     * Returns the Pearson correlation with another latent over all tokens, zeros included.
     *
     * @param other the sums of the other latent
     * @param product the sum of the products of the activations
     * @param tokens the number of tokens
     * @return −1 to 1; 0 if a latent is constant
     */
    public double pearson(RowMoments other, double product, double tokens) {
        double variances = variance(tokens) * other.variance(tokens);
        double covariance = product - sum * other.sum / tokens;
        return variances > 0 ? Math.max(-1, Math.min(1, covariance / Math.sqrt(variances))) : 0;
    }

    /**
     * Returns the Jaccard index with another latent, for sums over 1 per active token.
     *
     * @param other the sums of the other latent
     * @param together the number of tokens on which both latents are active
     * @return |A ∩ B| / |A ∪ B| of the active tokens
     */
    public double jaccard(RowMoments other, double together) {
        return together / (sum + other.sum - together);
    }

    private double variance(double tokens) {
        return squares - sum * sum / tokens;
    }
}
