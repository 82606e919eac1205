package dev.assay.evaluate;

import dev.assay.view.Displayable;
import dev.assay.view.Html;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
     * Returns {@link EvaluationReport#toJson()} of the dictionary and, under {@code baselines}, of each baseline.
     *
     * @return metrics in display order
     */
    public Map<String, Object> asMap() {
        Map<String, Object> map = dictionary.toJson();
        if (!others.isEmpty()) {
            Map<String, Object> baselines = new LinkedHashMap<>();
            others.forEach((name, report) -> baselines.put(name, report.toJson()));
            map.put("baselines", baselines);
        }
        return map;
    }

    /**
     * Returns one line per dictionary, then a line per remark about figures that are withheld or above 1.
     *
     * @return a table in plain text
     */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(table().textLayout(0, 1, 20, 9, 9, 7, 9, 9, 8)
                .toText("", "explained", "L0", "dead", "CE", "recovered", "KL"));
        remarks().forEach(remark -> text.append("note: ").append(remark).append('\n'));
        return text.toString();
    }

    /**
     * Returns the {@linkplain EvaluationReport#remarks() remarks} of all dictionaries. A remark that several dictionaries share occurs once,
     * others begin with the name of the dictionary.
     *
     * @return sentences without a full stop
     */
    public List<String> remarks() {
        Map<String, List<String>> names = new LinkedHashMap<>();
        reports()
                .forEach((name, report) -> report.remarks()
                        .forEach(remark -> names.computeIfAbsent(remark, unknown -> new ArrayList<>())
                                .add(name)));
        List<String> remarks = new ArrayList<>();
        names.forEach((remark, of) ->
                remarks.add(of.size() == reports().size() ? remark : String.join(", ", of) + ": " + remark));
        return remarks;
    }

    private Map<String, EvaluationReport> reports() {
        Map<String, EvaluationReport> reports = new LinkedHashMap<>();
        reports.put("dictionary", dictionary);
        reports.putAll(others);
        return reports;
    }

    @Override
    public String toHtml() {
        Table table = table().note(
                        "Loss recovered is relative to mean ablation. Dead latents were never active on these tokens. Cross-entropy is in"
                                + " nats, with the reconstruction at the site; cross-entropy of the unmodified model: "
                                + Html.fixed(dictionary.crossEntropy().clean(), 4) + ".");
        remarks().forEach(remark -> table.note(remark + "."));
        return table.toHtml();
    }

    private Table table() {
        Table table = Table.of("Evaluation on " + Html.count(dictionary.tokens()) + " held-out tokens")
                .words("")
                .numbers("explained variance", "L0", "dead", "cross-entropy", "loss recovered", "KL divergence");
        reports().forEach((name, report) -> row(table, name, report));
        return table;
    }

    private static void row(Table table, String name, EvaluationReport report) {
        table.row(
                Cell.text(name),
                Cell.number(report.explainedVariance()),
                Cell.number("%.2f", report.l0()),
                Cell.percent(report.deadShare(), 1),
                Cell.number(report.crossEntropy().reconstructed()),
                EvaluationReport.cell(report.lossRecoveredFromMean()),
                Cell.number(report.klDivergence()));
    }
}
