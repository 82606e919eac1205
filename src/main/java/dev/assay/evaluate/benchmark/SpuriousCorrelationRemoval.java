package dev.assay.evaluate.benchmark;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Scores of spurious correlation removal (SCR). A probe is trained on texts in which two attributes are perfectly correlated. The score of
 * removing one attribute is the share of the gap to a probe of the other attribute that the ablation of the first attribute's latents closes.
 *
 * @param first the first attribute, whose latents are ablated in direction 1
 * @param second the second attribute, whose latents are ablated in direction 2
 * @param both the correlated classes
 */
public record SpuriousCorrelationRemoval(String first, String second, String both) {
    /** The smallest gap that is a correlation to remove; the score of a smaller gap is 0. */
    private static final double SMALLEST_GAP = 0.001;

    /**
     * Computes SAEBench's metrics. {@code scr_metric_threshold_N} is the score of the direction in which the correlated probe has the lower
     * accuracy before the ablation. If both accuracies are equal, it is the mean of both directions; SAEBench 0.6.0 then omits it.
     *
     * @param accuracies the accuracies of {@link ProbeAblation#paired}
     * @return {@code scr_dir1_threshold_N}, {@code scr_dir2_threshold_N} and {@code scr_metric_threshold_N} per number N of latents
     */
    public Map<String, Double> metrics(AblationAccuracies accuracies) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        double original1 = accuracies.clean().get(AblationAccuracies.name(both, second));
        double original2 = accuracies.clean().get(AblationAccuracies.name(both, first));
        for (int count : accuracies.ablated().get(first).keySet()) {
            double direction1 = score(accuracies, first, second, count);
            double direction2 = score(accuracies, second, first, count);
            metrics.put("scr_dir1_threshold_" + count, direction1);
            metrics.put("scr_dir2_threshold_" + count, direction2);
            double metric = original1 < original2 ? direction1 : direction2;
            metrics.put(
                    "scr_metric_threshold_" + count, original1 == original2 ? (direction1 + direction2) / 2 : metric);
        }
        return metrics;
    }

    private double score(AblationAccuracies accuracies, String removed, String kept, int count) {
        String name = AblationAccuracies.name(both, kept);
        double original = accuracies.clean().get(name);
        double gap = accuracies.clean().get(kept) - original;
        double changed = accuracies.ablated().get(removed).get(count).get(name);
        return gap < SMALLEST_GAP ? 0 : (changed - original) / gap;
    }
}
