package dev.assay.audit.monitor;

import dev.assay.InvalidInputException;
import dev.assay.audit.measure.MetricInterval;
import dev.assay.view.Displayable;
import dev.assay.view.HtmlSection;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The quality of several monitors on the same test documents.
 *
 * @param positive the label of the positive class
 * @param negative the label of the negative class
 * @param trainingDocuments the number of training documents
 * @param positives the number of positive test documents
 * @param negatives the number of negative test documents
 * @param units the number of test units, which the bootstrap resamples
 * @param settings the settings
 * @param scores one per monitor, in the order of the inputs
 * @param warnings conditions that limit the interpretation
 */
public record MonitorReport(
        String positive,
        String negative,
        int trainingDocuments,
        int positives,
        int negatives,
        int units,
        MonitorSettings settings,
        List<MonitorScore> scores,
        List<String> warnings)
        implements Displayable {
    private static final String P_VALUE = "%.2g";
    /** Copies the lists. */
    public MonitorReport {
        scores = List.copyOf(scores);
        warnings = List.copyOf(warnings);
    }

    /**
     * Returns the score of a monitor.
     *
     * @param name its name
     * @return the score
     * @throws InvalidInputException if there is none
     */
    public MonitorScore score(String name) {
        return scores.stream()
                .filter(score -> score.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException("there is no monitor \"" + name + "\", expected one of "
                        + String.join(
                                ", ", scores.stream().map(MonitorScore::name).toList())));
    }

    /**
     * Compares the areas under the ROC curves of two monitors on common bootstrap resamples.
     *
     * @param name the name of a monitor
     * @param baseline the name of another monitor
     * @return the difference {@code name − baseline} with its 95 % interval
     */
    public MetricInterval difference(String name, String baseline) {
        return score(name)
                .documents()
                .aurocDifference(score(baseline).documents(), settings.bootstrap(), settings.seed());
    }

    /** Returns the table for a terminal. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(description()).append('\n');
        warnings.forEach(warning -> text.append("Warning: ").append(warning).append('\n'));
        return text.append('\n').append(table().toText()).toString();
    }

    @Override
    public String toHtml() {
        HtmlSection section = HtmlSection.titled("Monitors of " + positive).paragraph(description());
        for (String warning : warnings) {
            section = section.paragraph("Warning: " + warning);
        }
        return section.table(table()).toHtml();
    }

    private String description() {
        return "Monitors of " + positive + " against " + negative + ": trained on " + trainingDocuments
                + " documents, tested on " + positives + " positive and " + negatives + " negative documents";
    }

    private Table table() {
        Table table = Table.of("").words("monitor", "AUROC");
        for (double rate : settings.falsePositiveRates()) {
            table.words(String.format(Locale.ROOT, "TPR at %.3g %% FPR", 100 * rate));
        }
        table.numbers("Brier", "calibration error", "p");
        for (MonitorScore score : scores) {
            List<Cell> cells = new ArrayList<>();
            cells.add(Cell.text(score.name()));
            cells.add(Cell.text(formatted(score.auroc())));
            score.operatingPoints().forEach(point -> cells.add(Cell.text(formatted(point.truePositiveRate()))));
            cells.add(Cell.number(score.calibration().brier()));
            cells.add(Cell.number(score.calibration().expectedError()));
            cells.add(Cell.number(P_VALUE, score.pValue()));
            table.row(cells);
        }
        return table;
    }

    private static String formatted(MetricInterval interval) {
        return String.format(Locale.ROOT, "%.3f [%.3f, %.3f]", interval.value(), interval.low(), interval.high());
    }
}
