package dev.assay.evaluate.benchmark;

import java.util.Map;

/**
 * Accuracies of probes before and after the ablation of latents.
 *
 * @param clean the accuracy of each probe without ablation, by the name of the probe and its data
 * @param ablated the accuracies after the ablation, by the class whose latents were ablated, their number, and the name of the probe
 */
public record AblationAccuracies(Map<String, Double> clean, Map<String, Map<Integer, Map<String, Double>>> ablated) {
    /**
     * Returns the name of a probe that is evaluated on the data of another one.
     *
     * @param probe the class of the probe
     * @param data the class of the data
     * @return the name in {@link #clean()} and {@link #ablated()}
     */
    public static String name(String probe, String data) {
        return probe.equals(data) ? probe : probe + " probe on " + data + " data";
    }
}
