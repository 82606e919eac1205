package dev.assay.train.metrics;

import dev.assay.view.CurveChart.Range;
import java.util.List;
import java.util.Optional;

/**
 * A group of metrics that share one chart.
 *
 * @param title of the chart
 * @param names the name of a metric, or a prefix of the names of several, which ends in a slash or an underscore
 * @param range of the numbers
 */
record ChartGroup(String title, String names, Range range) {
    private static final List<ChartGroup> KNOWN = List.of(
            new ChartGroup("Loss", "losses/", Range.MAGNITUDE),
            new ChartGroup("Explained variance", "metrics/explained_variance", Range.SHARE),
            new ChartGroup("Active latents per token (L0)", "metrics/l0", Range.MAGNITUDE),
            new ChartGroup("Explained variance, held-out", "evaluation/explained_variance", Range.SHARE),
            new ChartGroup("Loss recovered, held-out", "evaluation/loss_recovered", Range.SHARE),
            new ChartGroup("Active latents per token (L0), held-out", "evaluation/l0", Range.MAGNITUDE),
            new ChartGroup("Next-token cross-entropy, held-out", "evaluation/ce_loss_", Range.MAGNITUDE),
            new ChartGroup("Dead and rare latents", "sparsity/", Range.FROM_ZERO),
            new ChartGroup("Gradient norm", "details/gradient_norm", Range.MAGNITUDE),
            new ChartGroup("Learning rate", "details/current_learning_rate", Range.FROM_ZERO),
            new ChartGroup("Tokens per second", MetricNames.TOKENS_PER_SECOND, Range.FROM_ZERO));
    private static final String SAMPLES = "details/n_training_samples";

    /** Returns the chart of a metric: its own for an unknown name, none for a metric that only repeats the steps. */
    static Optional<ChartGroup> of(String metric) {
        if (metric.equals(SAMPLES)) {
            return Optional.empty();
        }
        return Optional.of(KNOWN.stream()
                .filter(group -> group.isPrefix() ? metric.startsWith(group.names) : metric.equals(group.names))
                .findFirst()
                .orElseGet(() -> new ChartGroup(label(metric), metric, Range.ANY)));
    }

    private boolean isPrefix() {
        return names.endsWith("/") || names.endsWith("_");
    }

    /** Position on the page: known charts in a fixed order, then the others. */
    int order() {
        int index = KNOWN.indexOf(this);
        return index < 0 ? KNOWN.size() : index;
    }

    /** Name of a curve within its chart: the metric without its group and usual suffixes. */
    static String label(String metric) {
        return metric.substring(metric.indexOf('/') + 1)
                .replaceAll("(_reconstruction)?_loss$|_features$", "")
                .replace('_', ' ');
    }
}
