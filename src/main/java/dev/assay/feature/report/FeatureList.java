package dev.assay.feature.report;

import dev.assay.view.Displayable;
import dev.assay.view.Html;
import dev.assay.view.PlainText;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.List;
import java.util.Locale;

/**
 * Features that a search found.
 *
 * @param found the first of them
 * @param total how many meet all that was asked
 * @param score what the numbers beside them are, such as {@code decoder cosine}; empty where there are none
 */
public record FeatureList(List<Found> found, int total, String score) implements Displayable {
    /** Keeps its own copy of the list. */
    public FeatureList {
        found = List.copyOf(found);
    }

    /**
     * A feature.
     *
     * @param summary its line
     * @param score how like it is, or its logit weight; NaN where neither was asked for
     * @param labels what it is called
     */
    public record Found(FeatureSummary summary, double score, List<String> labels) {
        /** Keeps its own copy of the list. */
        public Found {
            labels = List.copyOf(labels);
        }
    }

    /**
     * Returns the features alone.
     *
     * @return one summary a feature, in order
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
    public String toText() {
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
        table.words("peaks on", "labels");
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
            table.row(cells);
        }
        return table;
    }

    private String count() {
        String shown = found.size() < total ? ", the first " + found.size() + " of them below" : "";
        return total == 0 ? "no feature is like that" : total + (total == 1 ? " feature" : " features") + shown;
    }
}
