package dev.assay.audit.monitor;

import dev.assay.audit.measure.MetricInterval;
import dev.assay.audit.measure.ScoreCalibration;
import dev.assay.audit.measure.ScoredDocuments;
import java.util.List;

/**
 * The quality of one monitor on test documents.
 *
 * @param name the name of the monitor
 * @param auroc the area under the ROC curve
 * @param operatingPoints the true-positive rate at each false-positive rate of the settings
 * @param calibration of the predicted probabilities
 * @param pValue the one-sided permutation p-value of the area
 * @param documents the scores of the test documents
 * @param selectedColumns of a sparse monitor, as in {@link TrainedMonitor#selectedColumns}
 */
public record MonitorScore(
        String name,
        MetricInterval auroc,
        List<OperatingPoint> operatingPoints,
        ScoreCalibration calibration,
        double pValue,
        ScoredDocuments documents,
        List<ColumnWeight> selectedColumns) {
    /** Copies the lists. */
    public MonitorScore {
        selectedColumns = List.copyOf(selectedColumns);
        operatingPoints = List.copyOf(operatingPoints);
    }

    /**
     * A true-positive rate at a bounded false-positive rate.
     *
     * @param falsePositiveRate the bound
     * @param truePositiveRate as in {@link ScoredDocuments#truePositiveRate}
     */
    public record OperatingPoint(double falsePositiveRate, MetricInterval truePositiveRate) {}
}
