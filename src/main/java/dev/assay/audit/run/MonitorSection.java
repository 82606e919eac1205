package dev.assay.audit.run;

import dev.assay.audit.measure.MetricInterval;
import dev.assay.audit.monitor.ColumnWeight;
import dev.assay.audit.monitor.MonitorReport;
import dev.assay.audit.monitor.MonitorScore;
import dev.assay.view.Axis;
import dev.assay.view.Html;
import dev.assay.view.HtmlSection;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;

/** The monitors of a report. */
final class MonitorSection {
    private static final Axis SHARES = new Axis(0, 1, false);

    private final AuditSubject subject;
    private final AuditedDocuments documents;
    private final MonitorResults results;
    private final MonitorReport report;

    MonitorSection(AuditSubject subject, AuditedDocuments documents, MonitorResults results) {
        this.subject = subject;
        this.documents = documents;
        this.results = results;
        this.report = results.report();
    }

    String text() {
        StringBuilder text =
                new StringBuilder(title()).append('\n').append(description()).append('\n');
        report.warnings()
                .forEach(warning -> text.append("Warning: ").append(warning).append('\n'));
        return text.append('\n')
                .append(table().toText())
                .append('\n')
                .append(differences().toText())
                .append('\n')
                .append(columns(this::named).toText())
                .toString();
    }

    String html(Path folder) {
        HtmlSection section = HtmlSection.of();
        section.paragraph(description());
        report.warnings().forEach(warning -> section.paragraph("Warning: " + warning));
        LineChart roc =
                new LineChart("ROC curves", "false-positive rate", "true-positive rate", SHARES, SHARES).diagonal();
        LineChart calibration = new LineChart(
                        "Calibration", "mean predicted probability", "share of " + report.positive(), SHARES, SHARES)
                .diagonal()
                .markers();
        for (MonitorScore score : report.scores()) {
            roc.line(
                    score.name(),
                    results.isControl(score),
                    RocCurve.of(score.documents()).stream()
                            .map(point -> new LineChart.Point(point.falsePositiveRate(), point.truePositiveRate()))
                            .toList());
            calibration.line(
                    score.name(),
                    results.isControl(score),
                    score.calibration().bins().stream()
                            .map(bin -> new LineChart.Point(bin.meanProbability(), bin.positiveShare()))
                            .toList());
        }
        return "<h2>" + Html.escape(title()) + "</h2>" + section.table(table()).toHtml() + "<div class=\"charts\">"
                + roc.html() + calibration.html() + roc.legend() + "</div>"
                + HtmlSection.of(differences())
                        .table(columns((score, column) -> linked(score, column, folder)))
                        .toHtml();
    }

    private String title() {
        return "Monitors of " + report.positive() + " against " + report.negative();
    }

    private String description() {
        return String.format(
                Locale.ROOT,
                "Trained on %,d documents; tested on %,d documents of %s and %,d of %s in %,d units that share no document,"
                        + " pair or group with the training. 95 %% intervals from %,d bootstrap draws of units; p from %,d"
                        + " permutations of labels.",
                report.trainingDocuments(),
                report.positives(),
                report.positive(),
                report.negatives(),
                report.negative(),
                report.units(),
                report.settings().bootstrap(),
                report.settings().permutations());
    }

    private Table table() {
        Table table = Table.of("Monitors").words("monitor", "", "AUROC");
        for (double rate : report.settings().falsePositiveRates()) {
            table.words("TPR at " + Axis.label(100 * rate) + " % FPR");
        }
        table.numbers("Brier", "calibration error", "p");
        for (MonitorScore score : report.scores()) {
            List<Cell> cells = new ArrayList<>();
            cells.add(Cell.text(score.name()));
            cells.add(Cell.text(results.isControl(score) ? "control" : ""));
            cells.add(Cell.text(formatted(score.auroc())));
            score.operatingPoints().forEach(point -> cells.add(Cell.text(formatted(point.truePositiveRate()))));
            cells.add(Cell.number("%.3f", score.calibration().brier()));
            cells.add(Cell.number("%.3f", score.calibration().expectedError()));
            cells.add(Cell.significant(score.pValue()));
            table.row(cells);
        }
        return table;
    }

    /** Compares each monitor of the dictionary with each control on common resamples. */
    private Table differences() {
        List<MonitorScore> own = report.scores().stream()
                .filter(score -> !results.isControl(score))
                .toList();
        Table table = Table.of("Difference of the AUROC: the dictionary minus each control")
                .words("control");
        own.forEach(score -> table.words(score.name()));
        for (MonitorScore control : report.scores()) {
            if (results.isControl(control)) {
                List<Cell> cells = new ArrayList<>(List.of(Cell.text(control.name())));
                own.forEach(score -> cells.add(Cell.text(formatted(report.difference(score.name(), control.name())))));
                table.row(cells);
            }
        }
        return table;
    }

    /** Lists the columns that the sparse monitors have selected. */
    private Table columns(BiFunction<MonitorScore, ColumnWeight, Cell> name) {
        Table table = Table.of("Columns of the sparse monitors")
                .words("monitor", "column")
                .numbers("weight");
        for (MonitorScore score : report.scores()) {
            String monitor = score.name();
            for (ColumnWeight column : score.selectedColumns()) {
                table.row(Cell.text(monitor), name.apply(score, column), Cell.significant(column.weight()));
                monitor = "";
            }
        }
        return table.note("Weight: change of the log-odds of " + report.positive() + " per unit of the pooled value.");
    }

    private Cell named(MonitorScore score, ColumnWeight column) {
        return Cell.text(results.column(documents, score, column));
    }

    private Cell linked(MonitorScore score, ColumnWeight column, Path folder) {
        String text = results.column(documents, score, column);
        boolean own = results.read(score).source().orElseThrow() == AuditSource.DICTIONARY;
        String address = own ? subject.address(column.column(), folder) : "";
        return address.isEmpty()
                ? Cell.text(text)
                : Cell.html(text, "<a href=\"" + Html.escape(address) + "\">" + Html.escape(text) + "</a>");
    }

    private static String formatted(MetricInterval interval) {
        return String.format(Locale.ROOT, "%.3f [%.3f, %.3f]", interval.value(), interval.low(), interval.high())
                .replace("-0.000", "0.000");
    }
}
