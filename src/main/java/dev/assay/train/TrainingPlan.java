package dev.assay.train;

import dev.assay.InvalidInputException;
import dev.assay.sae.Architecture;

/**
 * Everything that decides a training run, apart from the activations it sees.
 *
 * @param architecture what is trained
 * @param dSae the number of latents
 * @param tokens the activations to train on, repeats counted
 * @param batch the activations of a step
 * @param seed decides initialisation and shuffling
 * @param optimizer how parameters follow their gradients
 * @param auxiliary the loss that revives dead latents
 * @param dead when a latent counts as dead
 * @param centresInput whether the decoder bias is subtracted from the input
 * @param medianBias whether the decoder bias starts at the geometric median of the first batch, else at 0
 * @param normalizes whether activations are scaled so that their mean norm is √d_in; folded into the dictionary at the end
 */
public record TrainingPlan(
        Architecture architecture,
        int dSae,
        long tokens,
        int batch,
        long seed,
        OptimizerOptions optimizer,
        AuxiliaryLoss auxiliary,
        DeadLatentRule dead,
        boolean centresInput,
        boolean medianBias,
        boolean normalizes) {

    /** Checks the ranges. */
    public TrainingPlan {
        require(dSae > 0, "d_sae is " + dSae + ", expected at least 1");
        require(batch > 0, "the batch size is " + batch + ", expected at least 1");
        require(tokens >= batch, "tokens is " + tokens + ", expected at least one batch of " + batch);
        architecture.check(dSae);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new InvalidInputException(message);
        }
    }

    /**
     * Returns the number of steps; what is left of the tokens after the last whole batch is not trained on.
     *
     * @return at least 1
     */
    public long steps() {
        return tokens / batch;
    }
}
