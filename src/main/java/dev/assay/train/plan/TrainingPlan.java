package dev.assay.train.plan;

import dev.assay.InvalidInputException;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.spi.TrainingMethod;

/**
 * Everything that decides a training run, apart from the activations it sees.
 *
 * @param method what is trained, and by which loss
 * @param dSae the number of latents
 * @param tokens the activations to train on, repeats counted
 * @param batch the activations of a step
 * @param seed decides initialisation and shuffling
 * @param optimizer how parameters follow their gradients
 * @param sparsity how the pressure towards sparse codes grows
 * @param revival what brings dead latents back
 * @param initialization what the dictionary starts as
 * @param centresInput whether the decoder bias is subtracted from the input
 * @param normalizes whether activations are scaled so that their mean norm is √d_in; folded into the dictionary at the end
 * @param target what is reconstructed
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
     * Lists the options that every run chooses among, without the rarer ones, of a dictionary that reconstructs its input.
     *
     * @param method what is trained, and by which loss
     * @param dSae the number of latents
     * @param tokens the activations to train on, repeats counted
     * @param batch the activations of a step
     * @param seed decides initialisation and shuffling
     * @param optimizer how parameters follow their gradients
     * @param auxiliary the loss that revives dead latents
     * @param dead when a latent counts as dead
     * @param centresInput whether the decoder bias is subtracted from the input
     * @param medianBias whether the decoder bias starts at the geometric median of the first batch, else at 0
     * @param normalizes whether activations are scaled so that their mean norm is √d_in
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
     * Returns the number of steps; what is left of the tokens after the last whole batch is not trained on.
     *
     * @return at least 1
     */
    public long steps() {
        return tokens / batch;
    }
}
