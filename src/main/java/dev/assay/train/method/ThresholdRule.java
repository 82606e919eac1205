package dev.assay.train.method;

import dev.assay.InvalidInputException;

/**
 * Update rule of the threshold that replaces a selection over a batch: {@code θ ← (1 − rate) · θ + rate · m}, where m is the smallest
 * selected activation of the batch. A batch without active latents does not update the threshold.
 *
 * @param rate the weight of a batch
 * @param after the number of initial steps without an update
 * @param start the initial θ
 */
public record ThresholdRule(double rate, long after, Start start) {
    /** Initial value of the threshold. */
    public enum Start {
        /** The first m, so that the mean has no bias towards 0; used by dictionary_learning. */
        FIRST,
        /** Zero; used by SAELens. After n batches θ is too low by the share {@code (1 − rate)^n}. */
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
     * Returns the default rule: rate 0.05, updates from the first step, initialised with the first m.
     *
     * @return the rule
     */
    public static ThresholdRule standard() {
        return new ThresholdRule(0.05, 0, Start.FIRST);
    }
}
