package dev.assay.train;

import ai.djl.ndarray.NDArray;

/**
 * The Lp penalty of the sizes of codes: {@code Σ_rows (Σ_l size_l^p)^(1/p)}, or without the root, {@code Σ_rows Σ_l size_l^p}.
 *
 * @param p the exponent, above 0
 * @param root whether the root is taken
 */
record LpPenalty(double p, boolean root) {
    /**
     * The sum over some rows.
     *
     * @param sum a scalar
     * @param slope its gradient with respect to each size; 0 where a latent is off, whatever p is, since the rectifier before it has
     *     none there
     */
    record Amount(NDArray sum, NDArray slope) {}

    /**
     * Computes the penalty.
     *
     * @param space the places
     * @param sizes at the places, not negative
     * @param active 1 where a size is above 0, else 0
     */
    Amount of(CodeSpace space, NDArray sizes, NDArray active) {
        if (p == 1) {
            return new Amount(sizes.sum(), active);
        }
        NDArray positive = sizes.maximum(Float.MIN_NORMAL);
        NDArray powers = positive.pow((float) p).mul(active);
        NDArray slopes = positive.pow((float) (p - 1)).mul(active);
        if (!root) {
            return new Amount(powers.sum(), slopes.mul((float) p));
        }
        NDArray norm = space.sumByRow(powers).pow((float) (1 / p)); // [rows]
        NDArray ofRows = space.ofRows(norm.maximum(Float.MIN_NORMAL).pow((float) (1 - p)));
        return new Amount(norm.sum(), slopes.mul(ofRows));
    }
}
