package dev.assay.feature.compare;

import dev.assay.feature.report.HtmlFragment;
import dev.assay.feature.store.Example;
import dev.assay.provenance.ParentArtifact;
import dev.assay.view.Html;
import java.util.List;
import java.util.Map;

/** A comparison of dictionaries as HTML. */
final class ComparisonHtml {
    private ComparisonHtml() {}

    static String of(FeatureComparison comparison) {
        StringBuilder html = new StringBuilder("<h4>Two dictionaries</h4><table>")
                .append(HtmlFragment.head("", "dictionary", "site", "#latents", "#dead", "#mean best", "#by chance"))
                .append("<tbody>");
        side(html, "a", comparison.a());
        side(html, "b", comparison.b());
        html.append("</tbody></table><p>")
                .append(Html.count(comparison.matched().size()))
                .append(" pairs match by ")
                .append(Html.escape(ComparisonText.measure(comparison)))
                .append(" from ")
                .append(Html.number(comparison.bound()))
                .append(" (by chance ")
                .append(Html.count(comparison.matchedByChance()))
                .append("); ")
                .append(Html.count(comparison.gone().size()))
                .append(" of a are gone, ")
                .append(Html.count(comparison.added().size()))
                .append(" of b are new.</p><h4>Matched, the most alike first</h4><table>")
                .append(HtmlFragment.head("#", "#a", "in a", "#b", "in b"))
                .append("<tbody>");
        for (FeatureComparison.Match match : comparison.matched()) {
            FeatureComparison.Glimpse ofA = comparison.glimpsesOfA().get(match.latentOfA());
            FeatureComparison.Glimpse ofB = comparison.glimpsesOfB().get(match.latentOfB());
            if (ofA != null && ofB != null) {
                html.append("<tr>").append(HtmlFragment.cell(match.value()));
                glimpse(html, ofA);
                glimpse(html, ofB);
                html.append("</tr>");
            }
        }
        html.append("</tbody></table>");
        unmatched(html, "Gone: in a alone", comparison.gone(), comparison.glimpsesOfA());
        unmatched(html, "New: in b alone", comparison.added(), comparison.glimpsesOfB());
        return HtmlFragment.of(html.toString());
    }

    private static void side(StringBuilder html, String name, FeatureComparison.Side side) {
        html.append("<tr><td>").append(name).append("</td><td>");
        html.append(Html.escape(
                        side.provenance().parent(ParentArtifact.DICTIONARY).description()))
                .append("</td><td>");
        html.append(Html.escape(side.provenance().site())).append("</td><td class=\"n\">");
        html.append(Html.count(side.latents())).append("</td><td class=\"n\">");
        html.append(Html.count(side.dead())).append("</td>");
        html.append(HtmlFragment.cell(side.meanBest()))
                .append(HtmlFragment.cell(side.meanBestByChance()))
                .append("</tr>");
    }

    private static void unmatched(
            StringBuilder html,
            String title,
            List<FeatureComparison.Unmatched> all,
            Map<Integer, FeatureComparison.Glimpse> glimpses) {
        html.append("<h4>").append(title).append("</h4><table>");
        html.append(HtmlFragment.head("#feature", "", "#nearest")).append("<tbody>");
        for (FeatureComparison.Unmatched one : all) {
            if (glimpses.containsKey(one.latent())) {
                html.append("<tr>");
                glimpse(html, glimpses.get(one.latent()));
                html.append("<td class=\"n\">")
                        .append(ComparisonText.nearest(one))
                        .append("</td></tr>");
            }
        }
        html.append("</tbody></table>");
    }

    private static void glimpse(StringBuilder html, FeatureComparison.Glimpse glimpse) {
        html.append("<td class=\"n\">").append(glimpse.summary().latent()).append("</td><td>");
        if (!glimpse.labels().isEmpty()) {
            html.append(Html.escape(String.join(", ", glimpse.labels()))).append(' ');
        }
        html.append(HtmlFragment.tokens(glimpse.summary().peakTokens()));
        for (Example example : glimpse.examples()) {
            html.append("<div class=\"t\">")
                    .append(HtmlFragment.example(example, glimpse.summary().maxActivation()))
                    .append("</div>");
        }
        html.append("</td>");
    }
}
