package dev.assay.feature.report;

import dev.assay.feature.store.Coactivation;
import dev.assay.view.Html;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;

/** The related features of a feature: similar ones by each measure, and coactivating ones. */
final class RelatedFeatures {
    private final FeatureReport report;
    private final IntPredicate linked;

    RelatedFeatures(FeatureReport report, IntPredicate linked) {
        this.report = report;
        this.linked = linked;
    }

    void append(StringBuilder html) {
        if (report.neighbours().isEmpty() && report.cofiring().isEmpty()) {
            return;
        }
        html.append("<div class=\"related\">");
        for (Neighbour.Measure measure : Neighbour.Measure.values()) {
            neighbours(html, measure);
        }
        cofiring(html);
        html.append("</div>");
    }

    private void neighbours(StringBuilder html, Neighbour.Measure measure) {
        List<Neighbour> similar = report.neighbours().stream()
                .filter(neighbour -> neighbour.measure() == measure)
                .toList();
        if (similar.isEmpty()) {
            return;
        }
        html.append("<section class=\"neighbours\" data-measure=\"" + measure + "\"><h4>" + name(measure)
                + "</h4><p class=\"note\">" + meaning(measure) + "</p><ol>");
        for (Neighbour neighbour : similar) {
            html.append("<li>");
            link(html, neighbour.latent());
            html.append("<data value=\"" + FeatureCard.exact(neighbour.value()) + "\">" + score(neighbour.value())
                    + "</data></li>");
        }
        html.append("</ol></section>");
    }

    private void cofiring(StringBuilder html) {
        if (report.cofiring().isEmpty()) {
            return;
        }
        html.append(
                        "<section class=\"cofiring\"><h4>Coactivating features</h4><p class=\"note\">Active on the same tokens. Lift is the ratio ")
                .append("to two independent features of the same densities.</p>")
                .append(
                        "<table><thead><tr><th scope=\"col\">Feature<th scope=\"col\">Together<th scope=\"col\">Jaccard")
                .append("<th scope=\"col\">Pearson<th scope=\"col\">Lift</thead><tbody>");
        for (Coactivation other : report.cofiring()) {
            html.append("<tr><th scope=\"row\">");
            link(html, other.latent());
            cell(html, other.together(), Html.count(other.together()));
            cell(html, other.jaccard(), score(other.jaccard()));
            cell(html, other.pearson(), score(other.pearson()));
            cell(html, other.lift(), "×" + Html.number(other.lift()));
            html.append("</tr>");
        }
        html.append("</tbody></table></section>");
    }

    private static void cell(StringBuilder html, double value, String shown) {
        html.append("<td><data value=\"" + FeatureCard.exact(value) + "\">" + shown + "</data>");
    }

    private void link(StringBuilder html, int latent) {
        html.append(
                linked.test(latent)
                        ? "<a href=\"#feature-" + latent + "\">" + latent + "</a>"
                        : "<b>" + latent + "</b>");
    }

    static String name(Neighbour.Measure measure) {
        return switch (measure) {
            case DECODER_COSINE -> "Decoder cosine";
            case ENCODER_COSINE -> "Encoder cosine";
            case PEARSON -> "Correlation";
            case JACCARD -> "Jaccard";
        };
    }

    private static String meaning(Neighbour.Measure measure) {
        return switch (measure) {
            case DECODER_COSINE -> "Similar directions written.";
            case ENCODER_COSINE -> "Similar inputs detected.";
            case PEARSON -> "Activations correlated over all tokens.";
            case JACCARD -> "Active on the same tokens.";
        };
    }

    private static String score(double value) {
        return String.format(Locale.ROOT, "%.2f", value).replace('-', '−');
    }
}
