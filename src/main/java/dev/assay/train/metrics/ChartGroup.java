package dev.assay.train.metrics;

import dev.assay.view.CurveChart.Range;
import java.util.List;
import java.util.Optional;

/**
 * Metrics that are shown in one chart.
 *
 * @param title of the chart
 * @param names a metric's name, or, ending in a slash, what the names of all of them start with
 * @param range of the numbers
 */
record ChartGroup(String title, String names, Range range) {
    private static final List<ChartGroup> KNOWN = List.of(
            new ChartGroup("Loss", "losses/", Range.MAGNITUDE),
            new ChartGroup("Explained variance", "metrics/explained_variance", Range.SHARE),
            new ChartGroup("Active latents a token (L0)", "metrics/l0", Range.MAGNITUDE),
            new ChartGroup("Dead and rare latents", "sparsity/", Range.FROM_ZERO),
            new ChartGroup("Gradient norm", "details/gradient_norm", Range.MAGNITUDE),
            new ChartGroup("Learning rate", "details/current_learning_rate", Range.FROM_ZERO),
            new ChartGroup("Tokens a second", MetricsSink.TOKENS_PER_SECOND, Range.FROM_ZERO));
    private static final String STEPS_IN_OTHER_WORDS = "details/n_training_samples";

    /** The chart for a metric: one of its own for a name that is not known, none where it would only repeat the steps. */
    static Optional<ChartGroup> of(String metric) {
        if (metric.equals(STEPS_IN_OTHER_WORDS)) {
            return Optional.empty();
        }
        return Optional.of(KNOWN.stream()
                .filter(group ->
                        group.names.endsWith("/") ? metric.startsWith(group.names) : metric.equals(group.names))
                .findFirst()
                .orElseGet(() -> new ChartGroup(label(metric), metric, Range.ANY)));
    }

    /** Known charts first, in a fixed order; the others after them. */
    int order() {
        int index = KNOWN.indexOf(this);
        return index < 0 ? KNOWN.size() : index;
    }

    /** What a curve is called within its chart: the name without what all the others have too. */
    static String label(String metric) {
        return metric.substring(metric.indexOf('/') + 1)
                .replaceAll("(_reconstruction)?_loss$|_features$", "")
                .replace('_', ' ');
    }
}
