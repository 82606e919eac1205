package dev.assay.train.method;

import dev.assay.InvalidInputException;

/**
 * How the threshold that takes the place of a selection over a batch follows the smallest selected activation m of each batch:
 * {@code θ ← (1 − rate) · θ + rate · m}. A batch without active latents leaves it.
 *
 * @param rate the weight of a batch
 * @param after the steps that are left out at the start; the first m is that of the step that follows
 * @param start what θ is before
 */
public record ThresholdRule(double rate, long after, Start start) {
    /** What the threshold is before its first batch. */
    public enum Start {
        /** The first m itself, so that nothing has to be forgotten; dictionary_learning's. */
        FIRST,
        /** Zero, SAELens's: θ is too low by the share {@code (1 − rate)^n} after n batches. */
        ZERO
    }

    /** Checks the ranges. */
    public ThresholdRule {
        if (!(rate > 0 && rate <= 1)) {
            throw new InvalidInputException("the threshold's rate is " + rate + ", expected 0 < rate ≤ 1");
        }
        if (after < 0) {
            throw new InvalidInputException("the threshold starts after step " + after + ", expected 0 or more");
        }
    }

    /**
     * Returns the usual rule: a running mean over some tens of batches that starts with the first.
     *
     * @return rate 0.05
     */
    public static ThresholdRule standard() {
        return new ThresholdRule(0.05, 0, Start.FIRST);
    }
}
