package dev.assay.feature.store;

/**
 * Joint sums over the codes of two latents. The sums are integers, so the result does not depend on the order of summation. The scale of the
 * codes cancels in the correlation.
 *
 * @param tokens the number of tokens, without special tokens
 * @param first the sums of one latent
 * @param second the sums of the other latent
 * @param together the number of tokens on which both latents are active
 * @param product the sum of the products of their codes
 */
record PairMoments(long tokens, CodeSums first, CodeSums second, long together, long product) {
    /**
     * Sums over the codes of one latent.
     *
     * @param active the number of tokens on which the latent is active
     * @param sum the sum of the codes
     * @param squares the sum of the squared codes
     */
    record CodeSums(long active, long sum, long squares) {}

    /** Returns the Jaccard index |A ∩ B| / |A ∪ B| of the active tokens; 0 if both latents are dead. */
    double jaccard() {
        long either = first.active + second.active - together;
        return either == 0 ? 0 : (double) together / either;
    }

    /** Returns the Pearson correlation over all tokens, zeros included; 0 if a latent is constant. */
    double pearson() {
        double variances = variance(first) * variance(second);
        if (!(variances > 0)) {
            return 0;
        }
        double covariance = product - (double) first.sum * second.sum / tokens;
        return Math.max(-1, Math.min(1, covariance / Math.sqrt(variances)));
    }

    /** Returns the number of common active tokens divided by its expectation for independent latents; 0 if a latent is dead. */
    double lift() {
        double expected = (double) first.active * second.active / tokens;
        return expected == 0 ? 0 : together / expected;
    }

    Coactivation coactivation(int latent) {
        return new Coactivation(latent, together, jaccard(), pearson(), lift());
    }

    private double variance(CodeSums sums) {
        return sums.squares - (double) sums.sum * sums.sum / tokens;
    }
}
