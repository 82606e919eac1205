package dev.assay.evaluate;

import dev.assay.view.Displayable;
import dev.assay.view.Html;
import dev.assay.view.HtmlTable;
import java.util.LinkedHashMap;
import java.util.Locale;
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
     * Returns a line for each dictionary.
     *
     * @return a table
     */
    public String toText() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                "%-20s %9s %9s %7s %9s %9s %8s%n", "", "explained", "L0", "dead", "CE", "recovered", "KL"));
        text.append(row("dictionary", dictionary));
        others.forEach((name, report) -> text.append(row(name, report)));
        return text.toString();
    }

    @Override
    public String toHtml() {
        HtmlTable table = HtmlTable.of("Evaluation on " + Html.count(dictionary.tokens()) + " held-out tokens")
                .words("")
                .numbers("explained variance", "L0", "dead", "cross-entropy", "loss recovered", "KL divergence");
        row(table, "dictionary", dictionary);
        others.forEach((name, report) -> row(table, name, report));
        return table.note(
                        "Loss recovered: of what mean ablation costs. Cross-entropy with the reconstruction at the site, in nats; "
                                + "of the model as it is: "
                                + Html.fixed(dictionary.crossEntropy().clean(), 4) + ".")
                .toHtml();
    }

    private static void row(HtmlTable table, String name, EvaluationReport report) {
        table.row(
                name,
                Html.fixed(report.explainedVariance(), 4),
                Html.fixed(report.l0(), 2),
                Html.percent(report.deadShare()),
                Html.fixed(report.crossEntropy().reconstructed(), 4),
                Html.fixed(report.lossRecoveredFromMean(), 4),
                Html.fixed(report.klDivergence(), 4));
    }

    private static String row(String name, EvaluationReport report) {
        return String.format(
                Locale.ROOT,
                "%-20s %9.4f %9.2f %6.1f%% %9.4f %9.4f %8.4f%n",
                name,
                report.explainedVariance(),
                report.l0(),
                100 * report.deadShare(),
                report.crossEntropy().reconstructed(),
                report.lossRecoveredFromMean(),
                report.klDivergence());
    }
}
