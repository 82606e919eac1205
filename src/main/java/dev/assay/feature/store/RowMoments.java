package dev.assay.feature.store;

/** Sums over the activations of one latent, or over ones in their place. */
public final class RowMoments {
    private double sum;
    private double squares;

    /** Adds one value. */
    public void add(double value) {
        sum += value;
        squares += value * value;
    }

    /** Pearson's correlation with another latent over all tokens, zeros included; 0 where one of them is the same on all. */
    public double pearson(RowMoments other, double product, double tokens) {
        double variances = variance(tokens) * other.variance(tokens);
        double covariance = product - sum * other.sum / tokens;
        return variances > 0 ? Math.max(-1, Math.min(1, covariance / Math.sqrt(variances))) : 0;
    }

    /** The tokens on which both are active by those on which either is, where every activation counts as 1. */
    public double jaccard(RowMoments other, double together) {
        return together / (sum + other.sum - together);
    }

    private double variance(double tokens) {
        return squares - sum * sum / tokens;
    }
}
