package dev.assay.feature.store;

/**
 * What two latents have in common, from sums over their codes. The sums are integers, so that nothing depends on their order; what
 * codes are multiplied by to give activations cancels in a correlation.
 *
 * @param tokens the tokens that were counted
 * @param first the sums of one latent
 * @param second the sums of the other
 * @param together on how many tokens both are active
 * @param product the sum of the products of their codes
 */
record PairMoments(long tokens, CodeSums first, CodeSums second, long together, long product) {
    /**
     * Sums over the row of a latent.
     *
     * @param active on how many tokens it is active
     * @param sum of its codes
     * @param squares the sum of their squares
     */
    record CodeSums(long active, long sum, long squares) {}

    /** The tokens on which both are active by those on which either is, 0 where there are none. */
    double jaccard() {
        long either = first.active + second.active - together;
        return either == 0 ? 0 : (double) together / either;
    }

    /** Pearson's correlation over all tokens, zeros included; 0 where a latent is the same on all of them. */
    double pearson() {
        double variances = variance(first) * variance(second);
        if (!(variances > 0)) {
            return 0;
        }
        double covariance = product - (double) first.sum * second.sum / tokens;
        return Math.max(-1, Math.min(1, covariance / Math.sqrt(variances)));
    }

    /** How much oftener both are active than if they were independent, 0 where one never is. */
    double lift() {
        double expected = (double) first.active * second.active / tokens;
        return expected == 0 ? 0 : together / expected;
    }

    Coactivation cofiring(int latent) {
        return new Coactivation(latent, together, jaccard(), pearson(), lift());
    }

    private double variance(CodeSums sums) {
        return sums.squares - (double) sums.sum * sums.sum / tokens;
    }
}
