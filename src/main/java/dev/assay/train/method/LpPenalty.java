package dev.assay.train.method;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;
import dev.assay.train.spi.CodeSpace;

/**
 * Lp penalty of the sizes of codes: {@code Σ_rows (Σ_l size_l^p)^(1/p)}, or without the root, {@code Σ_rows Σ_l size_l^p}.
 *
 * @param p the exponent, above 0
 * @param root whether the root is applied
 */
record LpPenalty(double p, boolean root) {
    /**
     * Penalty of a batch slice, with its gradient.
     *
     * @param sum a scalar, the sum over the rows of the slice
     * @param slope its gradient with respect to each size, or one number for all sizes; values at inactive entries are ignored, because the
     *     gradient of ReLU is 0 there
     */
    record Amount(NDArray sum, NDArray slope) {}

    /**
     * Computes the penalty of a batch slice.
     *
     * @param space the positions of the codes
     * @param sizes the sizes at these positions, not negative
     */
    Amount of(CodeSpace space, NDArray sizes) {
        if (p == 1) {
            return new Amount(sizes.sum(), Aten.number(sizes.getManager(), 1));
        }
        NDArray active = Aten.positive(sizes);
        NDArray positive = Aten.clampMin(sizes, Float.MIN_NORMAL);
        NDArray powers = Aten.pow(positive, p).mul(active);
        NDArray slopes = Aten.pow(positive, p - 1).mul(active);
        if (!root) {
            return new Amount(powers.sum(), Aten.mul(slopes, p));
        }
        NDArray norm = Aten.pow(space.sumByRow(powers), 1 / p); // [rows]
        NDArray rowFactors = space.ofRows(Aten.pow(Aten.clampMin(norm, Float.MIN_NORMAL), 1 - p));
        return new Amount(norm.sum(), slopes.mul(rowFactors));
    }
}
