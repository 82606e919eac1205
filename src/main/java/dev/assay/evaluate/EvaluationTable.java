package dev.assay.evaluate;

import dev.assay.view.Displayable;
import dev.assay.view.Html;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How good a dictionary is, beside others on the same tokens.
 *
 * @param dictionary the one that is asked about
 * @param others those beside it by name, in the order to print
 */
public record EvaluationTable(EvaluationReport dictionary, Map<String, EvaluationReport> others)
        implements Displayable {
    /** Keeps its own copy. */
    public EvaluationTable {
        others = new LinkedHashMap<>(others);
    }

    /**
     * Returns the figures by name: those of the dictionary, and under {@code baselines} those of each beside it.
     *
     * @return in the order to print
     */
    public Map<String, Object> asMap() {
        Map<String, Object> map = new LinkedHashMap<>(dictionary.asMap());
        if (!others.isEmpty()) {
            Map<String, Object> beside = new LinkedHashMap<>();
            others.forEach((name, report) -> beside.put(name, report.asMap()));
            map.put("baselines", beside);
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
                        "Loss recovered: of what mean ablation costs. Cross-entropy with the reconstruction at the site, in nats; "
                                + "of the model as it is: "
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
