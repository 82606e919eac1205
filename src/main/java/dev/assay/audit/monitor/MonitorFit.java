package dev.assay.audit.monitor;

import dev.assay.audit.measure.DocumentMatrix;
import dev.assay.evaluate.probe.ColumnSelection;
import dev.assay.evaluate.probe.LinearProbe;
import dev.assay.evaluate.probe.LogisticRegression;
import dev.assay.evaluate.probe.ProbeData;
import dev.assay.evaluate.probe.SparseProbe;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A linear probe on some columns of a matrix.
 *
 * @param columns the columns that the probe reads, ascending
 * @param probe one weight per column
 */
record MonitorFit(int[] columns, LinearProbe probe) {
    private static final double[] PENALTIES = {0.001, 0.01, 0.1, 1, 10};
    private static final int FOLDS = 3;
    private static final double SPARSE_C = 1;

    /** Documents in which a column must be active, so that it can be learnt. */
    private static final int FEWEST_ACTIVE = 2;

    /** Fits columns that are active in at least two training documents; returns a fit without columns if there are none. */
    static MonitorFit of(DocumentMatrix matrix, int[] rows, boolean[] labels, int k, long seed) {
        int[] active = matrix.activeColumns(rows, FEWEST_ACTIVE);
        if (active.length == 0) {
            return new MonitorFit(
                    active,
                    new LinearProbe(
                            new double[0], ConstantMonitor.of("", labels).score()));
        }
        ProbeData data = matrix.probeData(rows, active, labels);
        if (k == 0) {
            return new MonitorFit(active, penalised(data, labels, seed));
        }
        SparseProbe sparse = ColumnSelection.l1Path()
                .fit(LogisticRegression.withC(SPARSE_C).standardized(), data, Math.min(k, active.length));
        int[] columns =
                Arrays.stream(sparse.columns()).map(column -> active[column]).toArray();
        return new MonitorFit(columns, sparse.probe());
    }

    private static LinearProbe penalised(ProbeData data, boolean[] labels, long seed) {
        int positives = 0;
        for (boolean label : labels) {
            positives += label ? 1 : 0;
        }
        LogisticRegression regression = LogisticRegression.withC(0.1).standardized();
        return Math.min(positives, labels.length - positives) < FOLDS
                ? regression.fit(data).probe()
                : regression.crossValidated(data, PENALTIES, FOLDS, seed).fit().probe();
    }

    /** Returns the columns by falling absolute weight, ties by number. */
    List<ColumnWeight> columnWeights() {
        return IntStream.range(0, columns.length)
                .mapToObj(i -> new ColumnWeight(columns[i], probe.weights()[i]))
                .sorted(Comparator.comparingDouble((ColumnWeight each) -> -Math.abs(each.weight()))
                        .thenComparingInt(ColumnWeight::column))
                .toList();
    }

    /** Returns the scores of rows of a matrix with the same columns. */
    double[] scores(DocumentMatrix matrix, int... rows) {
        double[] scores = new double[rows.length];
        double[] weights = new double[matrix.columns()];
        for (int i = 0; i < columns.length; i++) {
            weights[columns[i]] = probe.weights()[i];
        }
        for (int i = 0; i < rows.length; i++) {
            double[] sum = {probe.intercept()};
            matrix.row(rows[i], (column, value) -> sum[0] += weights[column] * value);
            scores[i] = sum[0];
        }
        return scores;
    }
}
