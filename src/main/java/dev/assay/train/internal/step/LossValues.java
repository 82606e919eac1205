package dev.assay.train.internal.step;

import java.util.Map;

/**
 * The losses of a step.
 *
 * @param total the differentiated loss
 * @param parts its terms by name
 * @param logged other numbers by name
 * @param l0 active latents per row
 */
public record LossValues(double total, Map<String, Double> parts, Map<String, Double> logged, double l0) {
    /** Returns a term of the loss or a logged number; null if there is none of this name. */
    public Double get(String name) {
        return parts.containsKey(name) ? parts.get(name) : logged.get(name);
    }
}
