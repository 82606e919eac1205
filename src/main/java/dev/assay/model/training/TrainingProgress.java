package dev.assay.model.training;

/**
 * Where a training stands after a step.
 *
 * @param step the step, counted from 1
 * @param steps how many there will be
 * @param tokens seen so far
 * @param loss of this step's batch, in nats a token
 * @param validationLoss on held-out text, in nats a token; NaN where it was not measured
 * @param learningRate of this step
 * @param seconds since the start
 */
public record TrainingProgress(
        int step, int steps, long tokens, double loss, double validationLoss, double learningRate, double seconds) {}
