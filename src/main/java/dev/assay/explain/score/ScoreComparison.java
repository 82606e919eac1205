package dev.assay.explain.score;

import dev.assay.explain.ScoreMetric;
import dev.assay.explain.measure.RowDifference;
import java.util.Locale;

/**
 * The difference of two rows of a table.
 *
 * @param row the name of the row
 * @param baseline the name of the row that is subtracted
 * @param metric the metric
 * @param paired whether the rows have the same features, of which those with a value in both are compared; otherwise the features of each row
 *     are resampled independently
 * @param difference the mean difference with its interval and the p-value after Holm's correction
 */
public record ScoreComparison(
        String row, String baseline, ScoreMetric metric, boolean paired, RowDifference difference) {
    /** Returns one line, such as {@code bigram − token-lookup: F1 +0.104 [+0.073, +0.137], p 0.0012, paired, 30 features}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s − %s: %s %+.3f [%+.3f, %+.3f], p %.4f, %s, %d features",
                row,
                baseline,
                metric.title(),
                difference.mean(),
                difference.low(),
                difference.high(),
                difference.pValue(),
                paired ? "paired" : "independent",
                difference.features());
    }
}
