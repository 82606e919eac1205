package dev.assay.train.plan;

import dev.assay.InvalidInputException;

/**
 * Options against dead latents. Each of them works with every method, alone or together.
 *
 * <p>Ghost gradients (Jermyn and Templeton, "Ghost Grads", in Anthropic's "Circuits Updates, January 2024") let the dead latents D explain the
 * residual {@code r = x − x̂}, a constant for the gradient, through an exponential in place of their activation function:
 *
 * <pre>
 * g    = Σ_{l ∈ D} exp(pre_l) · W_dec,l
 * g'   = g · [‖r‖ / (2‖g‖)]                       of each row: half the residual's norm
 * loss = coefficient · E‖g' − r‖² · [E‖r‖² / E‖g' − r‖²]
 * </pre>
 *
 * <p>Factors in brackets are constants for the gradient. The value of the loss is the squared error times the coefficient.
 *
 * @param auxiliary the auxiliary loss
 * @param dead when a latent counts as dead
 * @param resampling new starting points during the run
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

    /** Returns whether a loss needs the pre-activations of dead latents. */
    public boolean needsPreActivations() {
        return auxiliary.coefficient() > 0 || ghostCoefficient > 0;
    }

    /**
     * Returns the auxiliary loss only.
     *
     * @param auxiliary the loss
     * @param dead when a latent counts as dead
     * @return the options
     */
    public static DeadLatentOptions of(AuxiliaryLoss auxiliary, DeadLatentRule dead) {
        return new DeadLatentOptions(auxiliary, dead, Resampling.none(), 0);
    }
}
