package dev.assay.feature.report;

import dev.assay.view.Displayable;
import dev.assay.view.Html;
import dev.assay.view.HtmlTable;
import dev.assay.view.PlainText;
import dev.assay.view.TextColumns;
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
     * Renders the features for a terminal.
     *
     * @return lines of text, the last one ended
     */
    public String toText() {
        StringBuilder text = new StringBuilder(count()).append('\n');
        List<String> lines = FeatureSummary.table(features()).lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            text.append(lines.get(i));
            if (i == 0) {
                text.append(score.isEmpty() ? "" : "   (" + score + ")");
            } else {
                Found one = found.get(i - 1);
                text.append(Double.isNaN(one.score) ? "" : String.format(Locale.ROOT, "   (%+.3f)", one.score));
                text.append(one.labels.isEmpty() ? "" : "   " + PlainText.visible(String.join(", ", one.labels)));
            }
            text.append('\n');
        }
        return text.toString();
    }

    /** Renders a table. */
    @Override
    public String toHtml() {
        HtmlTable table = HtmlTable.of(count())
                .numbers("feature", "density", "max", "mean", score)
                .tokens("peaks on")
                .words("labels");
        for (Found one : found) {
            table.row(
                    "" + one.summary.latent(),
                    Html.percent(one.summary.density()),
                    Html.number(one.summary.maxActivation()),
                    Html.number(one.summary.meanActivation()),
                    Double.isNaN(one.score) ? "" : Html.number(one.score),
                    TextColumns.bracketed(one.summary.peakTokens()),
                    String.join(", ", one.labels));
        }
        return table.toHtml();
    }

    private String count() {
        String shown = found.size() < total ? ", the first " + found.size() + " of them below" : "";
        return total == 0 ? "no feature is like that" : total + (total == 1 ? " feature" : " features") + shown;
    }
}
