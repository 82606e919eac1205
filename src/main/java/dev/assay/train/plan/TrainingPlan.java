package dev.assay.train.plan;

import dev.assay.InvalidInputException;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.spi.TrainingMethod;

/**
 * The complete options of a training run, except for its activations.
 *
 * @param method the architecture and its loss
 * @param dSae the number of latents
 * @param tokens number of activations to train on, repeats counted
 * @param batch activations per step
 * @param seed seed of initialization and shuffling
 * @param optimizer the options of the optimizer
 * @param sparsity the schedule of the sparsity pressure
 * @param revival the options against dead latents
 * @param initialization the initial parameters
 * @param centresInput whether the decoder bias is subtracted from the input
 * @param normalizes whether activations are scaled to a typical distance of √d_in from their centre; folded into the dictionary at the end
 * @param target the reconstruction target
 */
public record TrainingPlan(
        TrainingMethod method,
        int dSae,
        long tokens,
        int batch,
        long seed,
        OptimizerOptions optimizer,
        SparsitySchedule sparsity,
        DeadLatentOptions revival,
        DictionaryInitialization initialization,
        boolean centresInput,
        boolean normalizes,
        Target target) {

    /** Checks the ranges. */
    public TrainingPlan {
        InvalidInputException.require(dSae > 0, "d_sae is " + dSae + ", expected at least 1");
        InvalidInputException.require(batch > 0, "the batch size is " + batch + ", expected at least 1");
        InvalidInputException.require(
                tokens >= batch, "tokens is " + tokens + ", expected at least one batch of " + batch);
        InvalidInputException.require(
                !(centresInput && method.tied()),
                "the input is centred by the decoder bias, which a tied dictionary does not have");
        InvalidInputException.require(
                !(centresInput && target != Target.INPUT),
                "the input is centred by the decoder bias, which belongs to another site in a transcoder");
        InvalidInputException.require(
                !(method.tied() && target != Target.INPUT),
                "the decoder is tied to the encoder, which a transcoder cannot have");
        method.check(dSae);
        optimizer.schedule().check(tokens / batch);
        sparsity.k().check(method, dSae);
        revival.resampling().check(tokens / batch, batch);
    }

    /**
     * Creates a plan of a dictionary that reconstructs its input, with defaults for the less common options.
     *
     * @param method the architecture and its loss
     * @param dSae the number of latents
     * @param tokens number of activations to train on, repeats counted
     * @param batch activations per step
     * @param seed seed of initialization and shuffling
     * @param optimizer the options of the optimizer
     * @param auxiliary the auxiliary loss on dead latents
     * @param dead when a latent counts as dead
     * @param centresInput whether the decoder bias is subtracted from the input
     * @param medianBias whether the decoder bias starts at the geometric median of the first batch, else at 0
     * @param normalizes whether activations are scaled to a typical distance of √d_in from their centre
     */
    public TrainingPlan(
            TrainingMethod method,
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
        this(
                method,
                dSae,
                tokens,
                batch,
                seed,
                optimizer,
                SparsitySchedule.none(),
                DeadLatentOptions.of(auxiliary, dead),
                DictionaryInitialization.standard().decoderBias(median(medianBias)),
                centresInput,
                normalizes,
                Target.INPUT);
    }

    private static DictionaryInitialization.DecoderBias median(boolean median) {
        return median
                ? DictionaryInitialization.DecoderBias.GEOMETRIC_MEDIAN
                : DictionaryInitialization.DecoderBias.ZERO;
    }

    /**
     * Returns this plan with another method, and the options that depend on it.
     *
     * @param other the method
     * @param options the options of the optimizer
     * @param start the initial parameters
     * @return the plan
     */
    public TrainingPlan with(TrainingMethod other, OptimizerOptions options, DictionaryInitialization start) {
        return new TrainingPlan(
                other, dSae, tokens, batch, seed, options, sparsity, revival, start, centresInput, normalizes, target);
    }

    /**
     * Returns the number of steps. Tokens after the last whole batch are not used.
     *
     * @return at least 1
     */
    public long steps() {
        return tokens / batch;
    }
}
