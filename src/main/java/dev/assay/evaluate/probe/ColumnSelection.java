package dev.assay.evaluate.probe;

import dev.assay.InvalidInputException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** A rule that selects the columns of a sparse probe from training rows. */
@FunctionalInterface
public interface ColumnSelection {
    /**
     * Selects columns.
     *
     * @param data training rows of both classes
     * @param k the number of columns, from 1 to the width of the data
     * @return k different columns, the most important first
     */
    int[] select(ProbeData data, int k);

    /**
     * Selects the columns with the largest absolute difference of the class means; of equal differences, the first.
     *
     * @return the rule
     */
    static ColumnSelection meanDifference() {
        return (data, k) -> {
            requireColumns(data, k);
            double[] difference = data.meanDifference();
            return IntStream.range(0, data.width())
                    .boxed()
                    .sorted(Comparator.comparingDouble(column -> -Math.abs(difference[column])))
                    .limit(k)
                    .mapToInt(Integer::intValue)
                    .toArray();
        };
    }

    /**
     * Selects the first columns that are active on the path of L1-penalised logistic regressions of decreasing penalty, on standardised
     * columns. If the last step of the path adds more columns than needed, those with the largest weights are selected.
     *
     * @return the rule
     */
    static ColumnSelection l1Path() {
        return (data, k) -> {
            requireColumns(data, k);
            return new L1Path(data).firstActive(k);
        };
    }

    /**
     * Adds one column after the other. Each step fits a logistic regression with every one of the {@value GreedySelection#CANDIDATES} columns
     * whose weight has the largest gradient, and adds the column with the lowest training loss.
     *
     * @param regression the regression of each step
     * @return the rule
     */
    static ColumnSelection greedy(LogisticRegression regression) {
        return (data, k) -> {
            requireColumns(data, k);
            return new GreedySelection(regression, data).select(k);
        };
    }

    /**
     * Fits a probe on the selected columns.
     *
     * @param regression the regression
     * @param data training rows of both classes
     * @param k the number of columns
     * @return the probe
     */
    default SparseProbe fit(LogisticRegression regression, ProbeData data, int k) {
        int[] columns = select(data, k);
        int[] ascending = columns.clone();
        Arrays.sort(ascending);
        return new SparseProbe(
                columns, ascending, regression.fit(data.columns(ascending)).probe());
    }

    private static void requireColumns(ProbeData data, int k) {
        InvalidInputException.require(
                k >= 1 && k <= data.width(),
                () -> "a sparse probe has " + k + " columns, expected from 1 to " + data.width()
                        + ", the width of the data");
        data.requireBothClasses();
    }
}
