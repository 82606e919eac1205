package dev.assay.explain.measure;

import java.util.ArrayList;
import java.util.List;

/**
 * The difference between two rows of a table, paired by feature unless it comes from {@link Bootstrap#independent}.
 *
 * @param mean the mean of the differences
 * @param low the lower bound of the bootstrap interval
 * @param high the upper bound
 * @param pValue the two-sided bootstrap p-value of a difference of 0, above 0; adjusted if it comes from {@link #adjusted}
 * @param features the number of pairs; for rows of different features, the number of features of the smaller row
 */
public record RowDifference(double mean, double low, double high, double pValue, int features) {
    /**
     * Adjusts p-values for the number of comparisons of a table with {@link HolmCorrection}. Intervals are not changed.
     *
     * @param differences all comparisons of the table
     * @return the same differences in the same order, with adjusted p-values
     */
    public static List<RowDifference> adjusted(List<RowDifference> differences) {
        double[] adjusted = HolmCorrection.adjust(
                differences.stream().mapToDouble(RowDifference::pValue).toArray());
        List<RowDifference> result = new ArrayList<>();
        for (int i = 0; i < adjusted.length; i++) {
            RowDifference difference = differences.get(i);
            result.add(new RowDifference(
                    difference.mean, difference.low, difference.high, adjusted[i], difference.features));
        }
        return result;
    }
}
