package dev.assay.model.training;

/**
 * The progress of a training run after a step.
 *
 * @param step the step, counted from 1
 * @param steps the number of steps
 * @param tokens the number of tokens read so far
 * @param loss the loss of the batch, in nats per token
 * @param validationLoss the loss on held-out text, in nats per token; NaN when it was not measured
 * @param learningRate the learning rate of this step
 * @param seconds the time since the start
 */
public record ModelTrainingProgress(
        int step, int steps, long tokens, double loss, double validationLoss, double learningRate, double seconds) {}
