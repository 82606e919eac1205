package dev.assay.train.internal.step;

import java.util.Map;

/**
 * The losses of a step.
 *
 * @param total the differentiated loss
 * @param parts the terms of the loss by name
 * @param logged other logged values by name
 * @param l0 the mean number of active latents per row
 */
public record LossValues(double total, Map<String, Double> parts, Map<String, Double> logged, double l0) {
    /** Returns a term of the loss or a logged value; null if neither has this name. */
    public Double get(String name) {
        return parts.containsKey(name) ? parts.get(name) : logged.get(name);
    }
}
