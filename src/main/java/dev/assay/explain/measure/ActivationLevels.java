package dev.assay.explain.measure;

import java.util.List;

/**
 * Activations as integers from 0 to 10, as prompts show them. OpenAI's neuron explainer rounds down, delphi rounds up; their maxima differ as
 * well, so a result states its rule.
 */
public final class ActivationLevels {
    /** The largest level. */
    public static final int LARGEST = 10;

    private static final float SMALLEST_MAXIMUM = 1e-6f;

    private ActivationLevels() {}

    /**
     * Returns the levels {@code min(10, ⌊10 · max(a, 0) / maximum⌋)} of OpenAI's neuron explainer.
     *
     * @param activations n activations
     * @param maximum the largest activation of the records in the prompt; if it is not above 0, all levels are 0
     * @return n levels
     */
    public static int[] roundedDown(double[] activations, double maximum) {
        int[] levels = new int[activations.length];
        for (int i = 0; i < levels.length && maximum > 0; i++) {
            levels[i] = (int) Math.min(LARGEST, Math.floor(LARGEST * Math.max(activations[i], 0) / maximum));
        }
        return levels;
    }

    /**
     * Returns the levels {@code min(10, ⌊10 · max(a, 0) / maximum⌋)} of OpenAI's neuron explainer.
     *
     * @param activations n activations
     * @param maximum the largest activation of the records in the prompt; if it is not above 0, all levels are 0
     * @return n levels
     */
    public static int[] roundedDown(float[] activations, double maximum) {
        return roundedDown(Arguments.wide(activations), maximum);
    }

    /**
     * Returns delphi's levels {@code clamp(⌈10 a / maximum⌉, 0, 10)}, computed in float32 as there.
     *
     * @param activations n activations
     * @param maximum the largest activation of the examples of the feature
     * @return n levels
     */
    public static int[] roundedUp(float[] activations, float maximum) {
        float divisor = Math.max(maximum, SMALLEST_MAXIMUM);
        int[] levels = new int[activations.length];
        for (int i = 0; i < levels.length; i++) {
            float scaled = activations[i] * LARGEST / divisor;
            levels[i] = (int) Math.max(0, Math.min(LARGEST, Math.ceil(scaled)));
        }
        return levels;
    }

    /**
     * Returns the largest activation of several records.
     *
     * @param records activations [records][tokens]
     * @return the largest entry, at least 0
     */
    public static double maximum(List<double[]> records) {
        double maximum = 0;
        for (double[] record : records) {
            for (double activation : record) {
                maximum = Math.max(maximum, activation);
            }
        }
        return maximum;
    }

    /**
     * Returns the share of levels above 0. OpenAI's explainer repeats records without their zeros if it is below 0.2.
     *
     * @param levels levels [records][tokens]
     * @return from 0 to 1; 0 without tokens
     */
    public static double nonzeroShare(List<int[]> levels) {
        long tokens = 0;
        long nonzero = 0;
        for (int[] record : levels) {
            tokens += record.length;
            for (int level : record) {
                nonzero += level != 0 ? 1 : 0;
            }
        }
        return tokens == 0 ? 0 : (double) nonzero / tokens;
    }
}
