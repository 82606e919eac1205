package dev.assay.audit.monitor;

import dev.assay.InvalidInputException;
import dev.assay.audit.measure.DocumentMatrix;
import dev.assay.audit.sample.AuditSample;
import java.util.List;

/** Reads a matrix of the sample: k of its columns, or all for k = 0. */
record MatrixMonitorInput(String name, String matrix, int k) implements MonitorInput {
    @Override
    public TrainedMonitor train(AuditSample sample, int[] rows, boolean[] labels, long seed) {
        DocumentMatrix trained = sample.matrix(matrix);
        return new MatrixMonitor(name, matrix, trained.columns(), k > 0, MonitorFit.of(trained, rows, labels, k, seed));
    }

    /** The trained monitor. */
    record MatrixMonitor(String name, String matrix, int width, boolean sparse, MonitorFit fit)
            implements TrainedMonitor {
        @Override
        public List<ColumnWeight> selectedColumns() {
            return sparse ? fit.columnWeights() : List.of();
        }

        @Override
        public double[] scores(AuditSample sample, int... rows) {
            DocumentMatrix scored = sample.matrix(matrix);
            InvalidInputException.require(
                    scored.columns() == width,
                    () -> "the matrix \"" + matrix + "\" has " + scored.columns() + " columns, expected " + width
                            + " as in training");
            return fit.scores(scored, rows);
        }
    }
}
