package dev.assay.audit.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.audit.measure.MetricInterval;
import dev.assay.audit.measure.ScoreCalibration;
import dev.assay.audit.monitor.ColumnWeight;
import dev.assay.audit.monitor.MonitorReport;
import dev.assay.audit.monitor.MonitorScore;
import dev.assay.audit.monitor.TrainedMonitor;
import dev.assay.text.dialogue.LabelledDialogue;
import java.util.Map;
import java.util.TreeMap;

/** Monitors as JSON and CSV. Numbers that are not finite are null, or empty fields. */
final class MonitorJson {
    private MonitorJson() {}

    static void put(ObjectNode json, AuditedDocuments documents, MonitorResults results) {
        MonitorReport report = results.report();
        ObjectNode node = json.putObject("monitors");
        node.put("positive", report.positive())
                .put("negative", report.negative())
                .put("training_documents", report.trainingDocuments())
                .put("test_positives", report.positives())
                .put("test_negatives", report.negatives())
                .put("test_units", report.units());
        report.warnings().forEach(warning -> node.withArray("warnings").add(warning));
        for (MonitorScore score : report.scores()) {
            ObjectNode row = node.withArray("scores").addObject();
            row.put("monitor", score.name()).put("control", results.isControl(score));
            put(row, "auroc", score.auroc());
            for (MonitorScore.OperatingPoint point : score.operatingPoints()) {
                ObjectNode at = row.withArray("operating_points").addObject();
                at.put("false_positive_rate", point.falsePositiveRate());
                put(at, "true_positive_rate", point.truePositiveRate());
            }
            row.put("brier", score.calibration().brier())
                    .put("expected_calibration_error", score.calibration().expectedError())
                    .put("p", score.pValue());
            for (ColumnWeight column : score.selectedColumns()) {
                row.withArray("columns")
                        .addObject()
                        .put("column", column.column())
                        .put("name", results.column(documents, score, column))
                        .put("weight", column.weight());
            }
        }
    }

    private static void put(ObjectNode node, String field, MetricInterval interval) {
        ObjectNode object = node.putObject(field);
        ContrastJson.putFinite(object, "value", interval.value());
        ContrastJson.putFinite(object, "low", interval.low());
        ContrastJson.putFinite(object, "high", interval.high());
    }

    static Map<String, String> tables(AuditedDocuments documents, MonitorResults results) {
        CsvTable monitors = new CsvTable(
                "monitor", "control", "metric", "value", "low", "high", "p", "brier", "expected_calibration_error");
        CsvTable roc = new CsvTable("monitor", "false_positive_rate", "true_positive_rate");
        CsvTable calibration =
                new CsvTable("monitor", "low", "high", "documents", "mean_probability", "positive_share");
        CsvTable scores = new CsvTable("monitor", "id", "label", "score", "probability");
        CsvTable columns = new CsvTable("monitor", "column", "name", "weight");
        for (MonitorScore score : results.report().scores()) {
            for (ColumnWeight column : score.selectedColumns()) {
                columns.row(score.name(), column.column(), results.column(documents, score, column), column.weight());
            }
            boolean control = results.isControl(score);
            row(monitors, score, control, "auroc", score.auroc());
            score.operatingPoints()
                    .forEach(point -> row(
                            monitors,
                            score,
                            control,
                            "tpr_at_fpr_" + point.falsePositiveRate(),
                            point.truePositiveRate()));
            for (RocCurve.Point point : RocCurve.of(score.documents())) {
                roc.row(score.name(), point.falsePositiveRate(), point.truePositiveRate());
            }
            for (ScoreCalibration.Bin bin : score.calibration().bins()) {
                calibration.row(
                        score.name(),
                        bin.low(),
                        bin.high(),
                        bin.documents(),
                        bin.meanProbability(),
                        bin.positiveShare());
            }
            double[] values = score.documents().scores();
            for (int i = 0; i < values.length; i++) {
                LabelledDialogue document =
                        documents.documents().get(results.split().test()[i]);
                scores.row(
                        score.name(),
                        document.id(),
                        document.label(),
                        values[i],
                        TrainedMonitor.probability(values[i]));
            }
        }
        return new TreeMap<>(Map.of(
                "monitors", monitors.toString(),
                "roc", roc.toString(),
                "calibration", calibration.toString(),
                "scores", scores.toString(),
                "monitor-columns", columns.toString()));
    }

    private static void row(CsvTable table, MonitorScore score, boolean control, String metric, MetricInterval value) {
        table.row(
                score.name(),
                control,
                metric,
                value.value(),
                value.low(),
                value.high(),
                score.pValue(),
                score.calibration().brier(),
                score.calibration().expectedError());
    }
}
