package dev.assay.train.internal.run;

import dev.assay.sae.SparseAutoencoder;
import dev.assay.train.metrics.HeldOutMetrics;
import dev.assay.train.metrics.MetricNames;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Evaluation on held-out data during training: every few steps and after the last one.
 *
 * @param every steps between two evaluations; 0 for none
 * @param metrics the measurement
 */
public record HeldOutSchedule(long every, HeldOutMetrics metrics) {
    /** No evaluation during training. */
    public static final HeldOutSchedule NEVER = new HeldOutSchedule(0, dictionary -> Map.of());

    boolean isDue(long step, long steps) {
        return every > 0 && (step % every == 0 || step == steps);
    }

    /** Measures a dictionary and closes it. */
    Map<String, Number> measure(SparseAutoencoder dictionary) throws IOException {
        Map<String, Number> named = new LinkedHashMap<>();
        try (dictionary) {
            metrics.measure(dictionary).forEach((name, value) -> named.put(MetricNames.EVALUATION + name, value));
        }
        return named;
    }
}
