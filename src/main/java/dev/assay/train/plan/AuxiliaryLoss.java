package dev.assay.train.plan;

import dev.assay.InvalidInputException;

/**
 * The auxiliary loss on dead latents: the k dead latents with the largest pre-activations reconstruct the residual (arXiv 2406.04093,
 * appendix A.2). With the residual {@code r = x − x̂}, a constant for the gradient, and its reconstruction {@code r̂}:
 *
 * <ul>
 *   <li>{@link Convention#NORMALIZED}: {@code coefficient · E‖r − r̂‖² / E‖r − E r‖²}, codes through a ReLU, no decoder bias in r̂.
 *       As in the paper and in dictionary_learning.
 *   <li>{@link Convention#SCALED}: {@code coefficient · min(n_dead / ⌊d/2⌋, 1) · E‖r − r̂‖²}, codes raw, the decoder bias in r̂.
 *       As in SAELens, to reproduce its runs.
 * </ul>
 *
 * <p>In a standard or gated dictionary a latent is active whenever its pre-activation is positive. The pre-activations of a dead latent
 * are then negative on every row of the batch, so that the ReLU of the first convention gives no gradient.
 *
 * @param coefficient the weight of the loss, 0 for none
 * @param convention how it is normalised
 */
public record AuxiliaryLoss(double coefficient, Convention convention) {
    /** Checks the range. */
    public AuxiliaryLoss {
        if (!(coefficient >= 0 && Double.isFinite(coefficient))) {
            throw new InvalidInputException(
                    "the auxiliary loss's coefficient is " + coefficient + ", expected 0 or more");
        }
    }

    /** How the loss is normalised, see {@link AuxiliaryLoss}. */
    public enum Convention {
        /** Divided by the variance of the residual. */
        NORMALIZED,
        /** Scaled by the number of dead latents. */
        SCALED
    }

    /**
     * Returns the paper's loss with its coefficient 1/32.
     *
     * @return the default
     */
    public static AuxiliaryLoss standard() {
        return new AuxiliaryLoss(1.0 / 32, Convention.NORMALIZED);
    }

    /**
     * Returns no auxiliary loss.
     *
     * @return coefficient 0
     */
    public static AuxiliaryLoss none() {
        return new AuxiliaryLoss(0, Convention.NORMALIZED);
    }

    /** Returns the number of dead latents that reconstruct the residual of a row: half the width, at most all dead latents. */
    public static int latentsPerRow(int dIn, int dead) {
        return Math.min(Math.max(dIn / 2, 1), dead);
    }
}
