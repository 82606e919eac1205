package dev.assay.evaluate;

import dev.assay.view.Displayable;
import dev.assay.view.Html;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Evaluation reports of a dictionary and of baselines on the same tokens.
 *
 * @param dictionary the report of the evaluated dictionary
 * @param others the reports of the baselines by name, in display order
 */
public record EvaluationTable(EvaluationReport dictionary, Map<String, EvaluationReport> others)
        implements Displayable {
    /** Copies the map. */
    public EvaluationTable {
        others = new LinkedHashMap<>(others);
    }

    /**
     * Returns the metrics of the dictionary by name and, under {@code baselines}, the metrics of each baseline.
     *
     * @return metrics in display order
     */
    public Map<String, Object> asMap() {
        Map<String, Object> map = new LinkedHashMap<>(dictionary.asMap());
        if (!others.isEmpty()) {
            Map<String, Object> baselines = new LinkedHashMap<>();
            others.forEach((name, report) -> baselines.put(name, report.asMap()));
            map.put("baselines", baselines);
        }
        return map;
    }

    /**
     * Returns one line per dictionary.
     *
     * @return a table in plain text
     */
    @Override
    public String toText() {
        return table().textLayout(0, 1, 20, 9, 9, 7, 9, 9, 8)
                .toText("", "explained", "L0", "dead", "CE", "recovered", "KL");
    }

    @Override
    public String toHtml() {
        return table().note(
                        "Loss recovered is relative to mean ablation. Cross-entropy is in nats, with the reconstruction at the site; "
                                + "cross-entropy of the unmodified model: "
                                + Html.fixed(dictionary.crossEntropy().clean(), 4) + ".")
                .toHtml();
    }

    private Table table() {
        Table table = Table.of("Evaluation on " + Html.count(dictionary.tokens()) + " held-out tokens")
                .words("")
                .numbers("explained variance", "L0", "dead", "cross-entropy", "loss recovered", "KL divergence");
        row(table, "dictionary", dictionary);
        others.forEach((name, report) -> row(table, name, report));
        return table;
    }

    private static void row(Table table, String name, EvaluationReport report) {
        table.row(
                Cell.text(name),
                Cell.number(report.explainedVariance()),
                Cell.number("%.2f", report.l0()),
                Cell.percent(report.deadShare(), 1),
                Cell.number(report.crossEntropy().reconstructed()),
                Cell.number(report.lossRecoveredFromMean()),
                Cell.number(report.klDivergence()));
    }
}
