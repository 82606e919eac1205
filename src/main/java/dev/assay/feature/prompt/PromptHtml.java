package dev.assay.feature.prompt;

import dev.assay.feature.report.HtmlFragment;
import dev.assay.view.Html;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The features of a prompt as HTML: a table of features with the prompt shaded by each, and one of tokens with theirs. */
final class PromptHtml {
    private PromptHtml() {}

    static String of(PromptReport report) {
        StringBuilder html = new StringBuilder("<h4>Features on a prompt</h4><p class=\"quiet\">")
                .append(Html.escape(report.summary()))
                .append("</p><table>")
                .append(HtmlFragment.head(columns(report)))
                .append("<tbody>");
        report.features().forEach(feature -> row(html, feature, report));
        html.append("</tbody></table><details><summary>Token by token</summary><table>")
                .append(HtmlFragment.head("token", "features, activation"))
                .append("<tbody>");
        report.tokens().forEach(token -> row(html, token));
        return HtmlFragment.of(html.append("</tbody></table></details>").toString());
    }

    /** Numbers that were not computed have no column. */
    private static String[] columns(PromptReport report) {
        return Stream.of(
                        "#feature",
                        "#activation",
                        "#quantile",
                        attributed(report) ? "#attribution" : "",
                        report.ablated().isPresent() ? "#effect" : "",
                        "known by",
                        "prompt")
                .filter(name -> !name.isEmpty())
                .toArray(String[]::new);
    }

    private static boolean attributed(PromptReport report) {
        return report.metric().isPresent();
    }

    private static void row(StringBuilder html, PromptFeature feature, PromptReport report) {
        List<PromptToken> tokens = report.tokens();
        html.append("<tr><td class=\"n\">").append(feature.latent()).append("</td>");
        html.append(HtmlFragment.cell(feature.activation()));
        html.append("<td class=\"n\">").append(Html.percent(feature.quantile())).append("</td>");
        html.append(attributed(report) ? HtmlFragment.cell(feature.attribution()) : "");
        html.append(report.ablated().isPresent() ? HtmlFragment.cell(feature.effect()) : "");
        html.append("<td>");
        if (!feature.labels().isEmpty()) {
            html.append(Html.escape(String.join(", ", feature.labels()))).append(' ');
        }
        html.append(HtmlFragment.tokens(feature.peakTokens())).append("</td><td class=\"t\">");
        for (int i = 0; i < tokens.size(); i++) {
            String token = HtmlFragment.shaded(
                    tokens.get(i).token(), feature.activations().get(i), feature.activation());
            html.append(i == feature.peak() ? "<u>" + token + "</u>" : token);
        }
        html.append("</td></tr>");
    }

    private static void row(StringBuilder html, PromptToken token) {
        html.append("<tr><td class=\"t\"><code>")
                .append(Html.token(token.token()))
                .append("</code></td><td>");
        html.append(token.features().stream()
                .map(active ->
                        active.latent() + " <span class=\"quiet\">" + Html.number(active.activation()) + "</span>")
                .collect(Collectors.joining(", ")));
        html.append("</td></tr>");
    }
}
