package dev.assay.evaluate.benchmark;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Scores of targeted probe perturbation (TPP): the ablation of the latents of a class should lower the accuracy of its own probe and no
 * other.
 */
public final class TargetedProbePerturbation {
    private TargetedProbePerturbation() {}

    /**
     * The drops in accuracy after an ablation.
     *
     * @param intended the drop of the probe whose latents were ablated
     * @param unintended the mean drop of the other probes
     */
    public record Drop(double intended, double unintended) {
        /** {@return the intended minus the unintended drop} */
        public double total() {
            return intended - unintended;
        }
    }

    /**
     * Computes the drops of each class.
     *
     * @param accuracies the accuracies of {@link ProbeAblation#oneVersusRest}
     * @return the drops by class and number of ablated latents
     */
    public static Map<String, Map<Integer, Drop>> perClass(AblationAccuracies accuracies) {
        Map<String, Map<Integer, Drop>> drops = new LinkedHashMap<>();
        accuracies.ablated().forEach((name, byCount) -> {
            Map<Integer, Drop> ofClass = new LinkedHashMap<>();
            byCount.forEach((count, ablated) -> ofClass.put(count, drop(name, accuracies.clean(), ablated)));
            drops.put(name, ofClass);
        });
        return drops;
    }

    private static Drop drop(String name, Map<String, Double> clean, Map<String, Double> ablated) {
        double unintended = clean.keySet().stream()
                .filter(other -> !other.equals(name))
                .mapToDouble(other -> clean.get(other) - ablated.get(other))
                .average()
                .orElse(Double.NaN);
        return new Drop(clean.get(name) - ablated.get(name), unintended);
    }

    /**
     * Computes SAEBench's metrics, means over classes.
     *
     * @param accuracies the accuracies of {@link ProbeAblation#oneVersusRest}
     * @return {@code tpp_threshold_N_total_metric}, {@code …_intended_diff_only} and {@code …_unintended_diff_only} per number N of latents
     */
    public static Map<String, Double> metrics(AblationAccuracies accuracies) {
        Map<String, Map<Integer, Drop>> perClass = perClass(accuracies);
        Map<String, Double> metrics = new LinkedHashMap<>();
        Set<Integer> counts = perClass.values().iterator().next().keySet();
        for (int count : counts) {
            double intended = perClass.values().stream()
                    .mapToDouble(drops -> drops.get(count).intended())
                    .average()
                    .orElse(Double.NaN);
            double unintended = perClass.values().stream()
                    .mapToDouble(drops -> drops.get(count).unintended())
                    .average()
                    .orElse(Double.NaN);
            metrics.putAll(named(count, new Drop(intended, unintended)));
        }
        return metrics;
    }

    /**
     * Names the numbers of a drop as SAEBench does.
     *
     * @param count the number of ablated latents
     * @param drop the drop
     * @return three metrics by name
     */
    public static Map<String, Double> named(int count, Drop drop) {
        String prefix = "tpp_threshold_" + count;
        Map<String, Double> named = new LinkedHashMap<>();
        named.put(prefix + "_total_metric", drop.total());
        named.put(prefix + "_intended_diff_only", drop.intended());
        named.put(prefix + "_unintended_diff_only", drop.unintended());
        return named;
    }
}
