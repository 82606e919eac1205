package dev.assay.train.plan;

import dev.assay.InvalidInputException;

/**
 * What brings dead latents back. Each way works with every method, alone or together.
 *
 * <p>Ghost gradients (Jermyn and Templeton, "Ghost Grads", in Anthropic's "Circuits Updates, January 2024") let dead latents D explain the
 * residual {@code r = x − x̂}, taken as a constant, through an exponential in place of their activation function:
 *
 * <pre>
 * g    = Σ_{l ∈ D} exp(pre_l) · W_dec,l
 * g'   = g · [‖r‖ / (2‖g‖)]                       of each row: half the residual's norm
 * loss = coefficient · E‖g' − r‖² · [E‖r‖² / E‖g' − r‖²]
 * </pre>
 *
 * <p>What stands in brackets counts as a constant when the loss is differentiated. Its value is the squared error times the coefficient.
 *
 * @param auxiliary the loss of {@link AuxiliaryLoss}
 * @param dead when a latent counts as dead
 * @param resampling new starts at some moments
 * @param ghostCoefficient of ghost gradients; 1 as published, 0 for none
 */
public record DeadLatentOptions(
        AuxiliaryLoss auxiliary, DeadLatentRule dead, Resampling resampling, double ghostCoefficient) {
    /** Checks the range. */
    public DeadLatentOptions {
        if (!(ghostCoefficient >= 0 && Double.isFinite(ghostCoefficient))) {
            throw new InvalidInputException(
                    "the coefficient of ghost gradients is " + ghostCoefficient + ", expected 0 or more");
        }
    }

    /** Whether any loss is computed from what dead latents are multiplied by. */
    public boolean needsPreActivations() {
        return auxiliary.coefficient() > 0 || ghostCoefficient > 0;
    }

    /**
     * Returns the auxiliary loss alone.
     *
     * @param auxiliary its numbers
     * @param dead when a latent counts as dead
     * @return the revival
     */
    public static DeadLatentOptions of(AuxiliaryLoss auxiliary, DeadLatentRule dead) {
        return new DeadLatentOptions(auxiliary, dead, Resampling.none(), 0);
    }
}
