package dev.assay.experiment.sidetask;

import dev.assay.audit.measure.DocumentMatrix;
import dev.assay.audit.monitor.MonitorInput;
import dev.assay.audit.monitor.TrainedMonitor;
import dev.assay.audit.sample.AuditSample;
import dev.assay.evaluate.probe.ColumnSelection;
import dev.assay.evaluate.probe.LinearProbe;
import dev.assay.evaluate.probe.LogisticRegression;
import dev.assay.evaluate.probe.ProbeData;
import dev.assay.evaluate.probe.SparseProbe;

/**
 * A logistic regression on columns of a matrix, whose weights tuning can read.
 *
 * @param matrix the name of the matrix
 * @param k the number of columns, selected on the path of L1-penalised regressions; 0 for all columns
 */
record LinearMonitorInput(String matrix, int k) implements MonitorInput {
    private static final double[] PENALTIES = {0.001, 0.01, 0.1, 1, 10};
    private static final int FOLDS = 3;
    private static final int FEWEST_ACTIVE = 2;

    @Override
    public String name() {
        return matrix;
    }

    @Override
    public Trained train(AuditSample sample, int[] rows, boolean[] labels, long seed) {
        DocumentMatrix values = sample.matrix(matrix);
        int[] active = values.activeColumns(rows, FEWEST_ACTIVE);
        ProbeData data = values.probeData(rows, active, labels);
        LogisticRegression regression = LogisticRegression.withC(1).standardized();
        if (k == 0) {
            LinearProbe probe = regression
                    .crossValidated(data, PENALTIES, FOLDS, seed)
                    .fit()
                    .probe();
            return trained(values, rows, labels, active, probe);
        }
        SparseProbe sparse = ColumnSelection.l1Path().fit(regression, data, Math.min(k, active.length));
        int[] columns = sparse.columns().clone();
        for (int i = 0; i < columns.length; i++) {
            columns[i] = active[columns[i]];
        }
        return trained(values, rows, labels, columns, sparse.probe());
    }

    private Trained trained(DocumentMatrix values, int[] rows, boolean[] labels, int[] columns, LinearProbe probe) {
        double sum = 0;
        int negatives = 0;
        for (int i = 0; i < rows.length; i++) {
            if (!labels[i]) {
                sum += score(values, rows[i], columns, probe);
                negatives++;
            }
        }
        return new Trained(matrix, columns, probe, sum / negatives);
    }

    private static double score(DocumentMatrix values, int row, int[] columns, LinearProbe probe) {
        double[] dense = values.row(row);
        double score = probe.intercept();
        for (int i = 0; i < columns.length; i++) {
            score += probe.weights()[i] * dense[columns[i]];
        }
        return score;
    }

    /**
     * The trained monitor.
     *
     * @param matrix the name of the matrix
     * @param columns the columns in ascending order
     * @param probe one weight per column
     * @param negativeMean the mean score of the negative training documents
     */
    record Trained(String matrix, int[] columns, LinearProbe probe, double negativeMean) implements TrainedMonitor {
        @Override
        public String name() {
            return matrix;
        }

        @Override
        public double[] scores(AuditSample sample, int... rows) {
            DocumentMatrix values = sample.matrix(matrix);
            double[] scores = new double[rows.length];
            for (int i = 0; i < rows.length; i++) {
                scores[i] = score(values, rows[i], columns, probe);
            }
            return scores;
        }
    }
}
