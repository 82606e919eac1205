package dev.assay.explain.score;

import dev.assay.explain.ScoreMetric;
import dev.assay.explain.measure.RowDifference;

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
        String row, String baseline, ScoreMetric metric, boolean paired, RowDifference difference) {}
