package dev.assay.evaluate.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The absorption of all classes.
 *
 * @param classes one entry per class with a true positive
 */
public record AbsorptionReport(List<ClassAbsorption> classes) {
    /** Copies the list. */
    public AbsorptionReport {
        classes = List.copyOf(classes);
    }

    /**
     * Returns SAEBench's metrics.
     *
     * @return means over classes and their standard deviations with n − 1, by name; NaN where they are undefined
     */
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("mean_absorption_fraction_score", mean(ClassAbsorption::fraction));
        metrics.put("mean_full_absorption_score", mean(ClassAbsorption::fullRate));
        metrics.put("mean_num_split_features", mean(entry -> entry.latents().size()));
        metrics.put("std_dev_absorption_fraction_score", deviation(ClassAbsorption::fraction));
        metrics.put("std_dev_full_absorption_score", deviation(ClassAbsorption::fullRate));
        metrics.put(
                "std_dev_num_split_features", deviation(entry -> entry.latents().size()));
        return metrics;
    }

    private double mean(ToDoubleFunction<ClassAbsorption> value) {
        return classes.stream().mapToDouble(value).average().orElse(Double.NaN);
    }

    private double deviation(ToDoubleFunction<ClassAbsorption> value) {
        double mean = mean(value);
        double squares = classes.stream()
                .mapToDouble(entry -> Math.pow(value.applyAsDouble(entry) - mean, 2))
                .sum();
        return classes.size() < 2 ? Double.NaN : Math.sqrt(squares / (classes.size() - 1));
    }

    /**
     * Returns SAEBench's details.
     *
     * @return one object per class
     */
    public List<Map<String, Object>> details() {
        List<Map<String, Object>> details = new ArrayList<>();
        for (ClassAbsorption entry : classes) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("first_letter", entry.name());
            json.put("mean_absorption_fraction", entry.fraction());
            json.put("full_absorption_rate", entry.fullRate());
            json.put("num_full_absorption", entry.full());
            json.put("num_probe_true_positives", entry.rows().size());
            json.put("num_split_features", entry.latents().size());
            details.add(json);
        }
        return details;
    }
}
