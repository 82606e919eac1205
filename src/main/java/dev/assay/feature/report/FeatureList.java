package dev.assay.feature.report;

import dev.assay.view.Displayable;
import dev.assay.view.Html;
import dev.assay.view.PlainText;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.List;
import java.util.Locale;

/**
 * The result of a feature search.
 *
 * @param found the first features
 * @param total the number of features that match
 * @param score the name of the scores, such as {@code decoder cosine}; empty for none
 */
public record FeatureList(List<Found> found, int total, String score) implements Displayable {
    /** Copies the list. */
    public FeatureList {
        found = List.copyOf(found);
    }

    /**
     * A feature.
     *
     * @param summary its statistics and peak tokens
     * @param score its similarity or its logit weight; NaN for neither
     * @param labels its labels
     * @param explanations its explanations
     */
    public record Found(
            FeatureSummary summary, double score, List<String> labels, List<FeatureExplanation> explanations) {
        /** Copies the lists. */
        public Found {
            labels = List.copyOf(labels);
            explanations = List.copyOf(explanations);
        }
    }

    /**
     * Returns the features without scores and labels.
     *
     * @return one summary per feature, in order
     */
    public List<FeatureSummary> features() {
        return found.stream().map(Found::summary).toList();
    }

    /**
     * Renders the features in plain text.
     *
     * @return a line with the number of features, then a table
     */
    @Override
    public String toString() {
        return count() + '\n' + table().textLayout(0, 2, FeatureText.WIDTHS).toText();
    }

    /** Renders a table. */
    @Override
    public String toHtml() {
        return table().toHtml();
    }

    private Table table() {
        boolean scored = !score.isEmpty();
        Table table = FeatureText.columns(Table.of(count()));
        if (scored) {
            table.numbers(score);
        }
        boolean explained = found.stream().anyMatch(one -> !one.explanations.isEmpty());
        table.words("peaks on", "labels");
        if (explained) {
            table.words("explanation");
        }
        for (Found one : found) {
            List<Cell> cells = FeatureText.cells(one.summary);
            if (scored) {
                cells.add(
                        Double.isNaN(one.score)
                                ? Cell.EMPTY
                                : Cell.html(String.format(Locale.ROOT, "%+.3f", one.score), Html.number(one.score)));
            }
            cells.add(Cell.tokens(one.summary.peakTokens()));
            cells.add(Cell.html(
                    PlainText.visible(String.join(", ", one.labels)), Html.escape(String.join(", ", one.labels))));
            if (explained) {
                cells.add(explanation(one));
            }
            table.row(cells);
        }
        return table;
    }

    private static Cell explanation(Found one) {
        if (one.explanations.isEmpty()) {
            return Cell.EMPTY;
        }
        String text = one.explanations.get(0).text();
        return Cell.html(PlainText.visible(text), Html.escape(text));
    }

    private String count() {
        String shown = found.size() < total ? ", the first " + found.size() + " of them below" : "";
        return total == 0 ? "no feature matches" : total + (total == 1 ? " feature" : " features") + shown;
    }
}
