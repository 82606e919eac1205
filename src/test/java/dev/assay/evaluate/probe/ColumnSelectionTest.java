package dev.assay.evaluate.probe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ColumnSelectionTest {
    private static final LogisticRegression REGRESSION = LogisticRegression.withC(1);

    /** Returns rows where columns 3 and 7 together decide the label, and column 5 is a weaker copy of column 3. */
    private static ProbeData planted(int rows, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] x = new double[rows][12];
        boolean[] labels = new boolean[rows];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < 12; j++) {
                x[i][j] = random.nextGaussian();
            }
            x[i][5] = x[i][3] + 0.3 * random.nextGaussian();
            labels[i] = 2 * x[i][3] + 1.5 * x[i][7] + 0.3 * random.nextGaussian() > 0;
        }
        return ProbeData.of(x, labels);
    }

    @Test
    void meanDifferenceSelectsTheLargestDifferencesInOrder() {
        ProbeData data = ProbeData.of(new double[][] {{0, 0, 1, 5}, {0, 3, 0, 5}}, new boolean[] {false, true});
        assertArrayEquals(new int[] {1, 2, 0}, ColumnSelection.meanDifference().select(data, 3));
    }

    @Test
    void greedySelectionSkipsACopyThatTheMeanDifferencePrefers() {
        ProbeData data = planted(800, 1);
        int[] byMean = ColumnSelection.meanDifference().select(data, 2);
        Arrays.sort(byMean);
        assertArrayEquals(new int[] {3, 5}, byMean);
        assertArrayEquals(new int[] {3, 7}, ColumnSelection.greedy(REGRESSION).select(data, 2));
        assertArrayEquals(new int[] {3, 7}, ColumnSelection.l1Path().select(data, 2));
    }

    @Test
    void sparseProbeClassifiesHeldOutRowsWithItsColumnsOnly() {
        SparseProbe probe = ColumnSelection.l1Path().fit(REGRESSION, planted(800, 1), 2);
        assertArrayEquals(new int[] {3, 7}, probe.columns());
        assertTrue(probe.evaluate(planted(800, 2)).accuracy() > 0.9);
        SparseProbe one = ColumnSelection.meanDifference().fit(REGRESSION, planted(800, 1), 1);
        assertTrue(one.evaluate(planted(800, 2)).accuracy() < 0.85);
    }

    @Test
    void l1SolutionSatisfiesTheOptimalityConditions() {
        ProbeData data = planted(300, 3);
        StandardizedColumns columns = StandardizedColumns.of(data);
        L1Path path = new L1Path(data);
        double penalty = 0.05;
        double[] weights = path.solve(penalty);
        double[] gradient = new double[weights.length];
        double intercept = 0;
        for (int i = 0; i < data.rows(); i++) {
            double score = path.intercept();
            for (int j = 0; j < weights.length; j++) {
                score += weights[j] * columns.column(j)[i];
            }
            double residual = (1 / (1 + Math.exp(-score)) - (data.label(i) ? 1 : 0)) / data.rows();
            intercept += residual;
            for (int j = 0; j < weights.length; j++) {
                gradient[j] += residual * columns.column(j)[i];
            }
        }
        assertEquals(0, intercept, 1e-6);
        int active = 0;
        for (int j = 0; j < weights.length; j++) {
            if (weights[j] == 0) {
                assertTrue(Math.abs(gradient[j]) <= penalty + 1e-6);
            } else {
                active++;
                assertEquals(-penalty * Math.signum(weights[j]), gradient[j], 1e-6);
            }
        }
        assertTrue(active >= 2 && active < weights.length);
    }

    @Test
    void everyRuleReturnsDifferentColumnsAlsoIfMostAreConstant() {
        double[][] rows = new double[20][6];
        boolean[] labels = new boolean[20];
        for (int i = 0; i < 20; i++) {
            labels[i] = i < 10;
            rows[i][4] = labels[i] ? 1 : 0;
        }
        ProbeData data = ProbeData.of(rows, labels);
        for (ColumnSelection rule : new ColumnSelection[] {
            ColumnSelection.meanDifference(), ColumnSelection.l1Path(), ColumnSelection.greedy(REGRESSION)
        }) {
            int[] selected = rule.select(data, 6);
            assertEquals(4, selected[0]);
            assertEquals(6, Arrays.stream(selected).distinct().count());
        }
        LogisticRegressionTest.assertMessage(
                "a sparse probe has 7 columns, expected from 1 to 6, the width of the data",
                () -> ColumnSelection.l1Path().select(data, 7));
    }
}
