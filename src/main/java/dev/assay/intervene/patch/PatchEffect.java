package dev.assay.intervene.patch;

import java.util.stream.DoubleStream;

/**
 * The effect of patching some features in all pairs of prompts. Divergences are in nats, between the next-token distributions after the
 * last token. Each array has one number per pair.
 *
 * @param patchedToCounterfactual KL(patched run ‖ counterfactual run)
 * @param counterfactualToPatched KL(counterfactual run ‖ patched run)
 * @param editSizes the sum of ‖x' − x‖ over the tokens of a pair
 * @param tokens the number of tokens per pair
 */
public record PatchEffect(
        double[] patchedToCounterfactual, double[] counterfactualToPatched, double[] editSizes, int[] tokens) {
    /** {@return the mean of KL(patched run ‖ counterfactual run) over pairs} */
    public double klPatchedToCounterfactual() {
        return mean(patchedToCounterfactual);
    }

    /** {@return the mean of KL(counterfactual run ‖ patched run) over pairs} */
    public double klCounterfactualToPatched() {
        return mean(counterfactualToPatched);
    }

    /** {@return the mean of ‖x' − x‖ over all tokens of all pairs} */
    public double editSize() {
        long count = 0;
        for (int each : tokens) {
            count += each;
        }
        return DoubleStream.of(editSizes).sum() / count;
    }

    private static double mean(double[] values) {
        return DoubleStream.of(values).average().orElse(Double.NaN);
    }
}
