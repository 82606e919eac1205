package dev.assay.audit.diff;

import dev.assay.view.Displayable;
import dev.assay.view.HtmlSection;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.List;
import java.util.Locale;

/**
 * The features of one dictionary in both models.
 *
 * @param dictionary its name
 * @param baseFvu the fraction of variance unexplained in the base model; NaN for a dictionary that predicts another site
 * @param tunedFvu the fraction of variance unexplained in the tuned model; NaN likewise
 * @param baseL0 the mean number of active latents per token in the base model
 * @param tunedL0 the mean number of active latents per token in the tuned model
 * @param tested the number of features whose pooled values differ in a document
 * @param changes all features by falling absolute statistic, ties by number
 */
public record DictionaryDiff(
        String dictionary,
        double baseFvu,
        double tunedFvu,
        double baseL0,
        double tunedL0,
        int tested,
        List<FeatureChange> changes)
        implements Displayable {
    private static final String P_VALUE = "%.2g";
    private static final int SHOWN = 20;

    /** Copies the list. */
    public DictionaryDiff {
        changes = List.copyOf(changes);
    }

    /**
     * Returns the features whose adjusted p-value is at most a false-discovery rate.
     *
     * @param rate the expected share of false discoveries, such as 0.05
     * @return by falling absolute statistic
     */
    public List<FeatureChange> discoveries(double rate) {
        return changes.stream().filter(change -> change.qValue() <= rate).toList();
    }

    /** Returns the strongest changes as a table for a terminal. */
    @Override
    public String toString() {
        return description() + "\n\n" + table().toText();
    }

    @Override
    public String toHtml() {
        return HtmlSection.titled("Features of " + dictionary + " in both models")
                .paragraph(description())
                .table(table())
                .toHtml();
    }

    private String description() {
        return String.format(
                Locale.ROOT,
                "%s: FVU %.4f in the base model and %.4f in the tuned model, L0 %.2f and %.2f; %d of %d features change, %d with q ≤ 0.05",
                dictionary,
                baseFvu,
                tunedFvu,
                baseL0,
                tunedL0,
                tested,
                changes.size(),
                discoveries(0.05).size());
    }

    private Table table() {
        Table table = Table.of("")
                .numbers(
                        "feature",
                        "base mean",
                        "tuned mean",
                        "base frequency",
                        "tuned frequency",
                        "effect",
                        "p",
                        "q",
                        "family-wise p");
        changes.stream()
                .limit(SHOWN)
                .forEach(change -> table.row(List.of(
                        Cell.text(Integer.toString(change.feature())),
                        Cell.number(change.baseMean()),
                        Cell.number(change.tunedMean()),
                        Cell.number(change.baseFrequency()),
                        Cell.number(change.tunedFrequency()),
                        Cell.number(change.effect()),
                        Cell.number(P_VALUE, change.pValue()),
                        Cell.number(P_VALUE, change.qValue()),
                        Cell.number(P_VALUE, change.familyPValue()))));
        return table;
    }
}
