package dev.assay.feature.compare;

import dev.assay.feature.store.Example;
import dev.assay.provenance.ParentArtifact;
import dev.assay.view.Html;
import dev.assay.view.HtmlSection;
import dev.assay.view.Shading;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.List;
import java.util.Map;

/** A comparison of two dictionaries as HTML. */
final class ComparisonHtml {
    private ComparisonHtml() {}

    static String of(FeatureComparison comparison) {
        return HtmlSection.titled("Two dictionaries")
                .table(sides(comparison))
                .paragraph(Html.count(comparison.matched().size()) + " pairs match by "
                        + ComparisonText.measure(comparison) + " from " + Html.number(comparison.bound())
                        + " (by chance " + Html.count(comparison.matchedByChance()) + "); "
                        + Html.count(comparison.gone().size()) + " of a are gone, "
                        + Html.count(comparison.added().size()) + " of b are new.")
                .heading("Matched, the most similar first")
                .table(matches(comparison))
                .heading("Gone: only in a")
                .table(unmatched(comparison.gone(), comparison.glimpsesOfA()))
                .heading("New: only in b")
                .table(unmatched(comparison.added(), comparison.glimpsesOfB()))
                .toHtml();
    }

    private static Table sides(FeatureComparison comparison) {
        Table table = Table.of("")
                .words("", "dictionary", "site")
                .numbers("latents", "dead", "on tokens", "mean best", "by chance");
        side(table, "a", comparison.a());
        side(table, "b", comparison.b());
        return table;
    }

    private static void side(Table table, String name, FeatureComparison.Side side) {
        table.row(
                Cell.text(name),
                Cell.text(side.provenance().parent(ParentArtifact.DICTIONARY).description()),
                Cell.text(side.provenance().site()),
                Cell.count(side.latents()),
                Cell.count(side.dead()),
                Cell.count(side.provenance().text().tokens()),
                Cell.significant(side.meanBest()),
                Cell.significant(side.meanBestByChance()));
    }

    private static Table matches(FeatureComparison comparison) {
        Table table =
                Table.of("").numbers("value", "a").words("in a").numbers("b").words("in b");
        for (FeatureComparison.Match match : comparison.matched()) {
            FeatureComparison.Glimpse ofA = comparison.glimpsesOfA().get(match.latentOfA());
            FeatureComparison.Glimpse ofB = comparison.glimpsesOfB().get(match.latentOfB());
            if (ofA != null && ofB != null) {
                table.row(Cell.significant(match.value()), latent(ofA), glimpse(ofA), latent(ofB), glimpse(ofB));
            }
        }
        return table;
    }

    private static Table unmatched(
            List<FeatureComparison.Unmatched> all, Map<Integer, FeatureComparison.Glimpse> glimpses) {
        Table table = Table.of("").numbers("feature").words("").numbers("nearest");
        for (FeatureComparison.Unmatched one : all) {
            FeatureComparison.Glimpse glimpse = glimpses.get(one.latent());
            if (glimpse != null) {
                table.row(latent(glimpse), glimpse(glimpse), Cell.text(ComparisonText.nearest(one)));
            }
        }
        return table;
    }

    private static Cell latent(FeatureComparison.Glimpse glimpse) {
        return Cell.integer(glimpse.summary().latent());
    }

    private static Cell glimpse(FeatureComparison.Glimpse glimpse) {
        String labels = String.join(", ", glimpse.labels());
        StringBuilder html = new StringBuilder(Html.escape(labels))
                .append(labels.isEmpty() ? "" : " ")
                .append(Html.tokens(glimpse.summary().peakTokens()));
        for (Example example : glimpse.examples()) {
            html.append("<div class=\"t\">")
                    .append(shaded(example, glimpse.summary().maxActivation()))
                    .append("</div>");
        }
        return Cell.html(labels, html.toString());
    }

    /** An example, its tokens shaded by their activations and its peak underlined. */
    private static String shaded(Example example, double maximum) {
        float[] values = example.values();
        StringBuilder html = new StringBuilder();
        for (int i = 0; i < values.length; i++) {
            String token = Shading.activation(example.tokens().get(i), values[i], maximum);
            html.append(i == example.peak() ? "<u>" + token + "</u>" : token);
        }
        return html.toString();
    }
}
