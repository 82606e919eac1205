package dev.assay.evaluate.probe;

import dev.assay.model.hook.HookPoint;
import java.util.Arrays;
import java.util.Map;

/**
 * The effects of an edit on each prompt.
 *
 * @param rightProbability probability of the next tokens of the right class among those of both classes
 * @param editSize Euclidean norm of the change of all edited positions of the prompt
 * @param divergence KL divergence of the edited next-token distribution from the unedited one, {@code KL(p ‖ p_edited)}, in nats
 * @param logits logits at the prediction position, [prompts · V]
 * @param activations activations at the prediction position at the requested hook points
 */
public record EditResult(
        double[] rightProbability,
        double[] editSize,
        double[] divergence,
        float[] logits,
        Map<HookPoint, ProbeData> activations) {
    /** {@return the mean probability of the right class} */
    public double meanRightProbability() {
        return mean(rightProbability);
    }

    /** {@return the mean size of the edit} */
    public double meanEditSize() {
        return mean(editSize);
    }

    /** {@return the mean divergence in nats} */
    public double meanDivergence() {
        return mean(divergence);
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }
}
