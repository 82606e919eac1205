package dev.assay.feature.store;

import dev.assay.InvalidInputException;

/** Checks the activations of a pass. */
final class ActivationCheck {
    private ActivationCheck() {}

    /** Returns whether an activation is stored: it is above 0. {@code context} is the number of contexts before the batch. */
    static boolean isStored(CodedTokens batch, int entry, int token, long context) {
        float value = batch.values()[entry];
        if (value > 0 && value <= Float.MAX_VALUE) {
            return true;
        }
        if (value != 0 && !(value < 0)) {
            int length = batch.tokens().length();
            throw new InvalidInputException(
                    "latent " + batch.latents()[entry] + " has activation " + value + " at token " + token % length
                            + " of context " + (context + token / length) + ", expected a finite number");
        }
        return false;
    }
}
