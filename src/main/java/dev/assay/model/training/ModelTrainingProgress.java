package dev.assay.model.training;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The progress of a training run after a step.
 *
 * @param step the step, counted from 1
 * @param steps the number of steps
 * @param tokens the number of tokens read so far
 * @param loss the next-token loss of the batch, in nats per token
 * @param validationLoss the loss on held-out text, in nats per token; NaN when it was not measured
 * @param learningRate the learning rate of this step
 * @param seconds the time since the start
 * @param terms the further loss terms of the batch by name, without their weights
 */
public record ModelTrainingProgress(
        int step,
        int steps,
        long tokens,
        double loss,
        double validationLoss,
        double learningRate,
        double seconds,
        Map<String, Double> terms) {
    /** Copies the map. */
    public ModelTrainingProgress {
        terms = Collections.unmodifiableMap(new LinkedHashMap<>(terms));
    }
}
