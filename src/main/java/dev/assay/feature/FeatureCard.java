package dev.assay.feature;

import dev.assay.Html;
import java.util.List;
import java.util.Locale;

/** One feature as HTML: its numbers, its histogram, its logits, its examples. */
final class FeatureCard {
    /** The number of shades; a class a shade keeps a page small. */
    private static final int SHADES = 10;

    private FeatureCard() {}

    /** Returns an article whose id is {@code feature-N}. */
    static String of(FeatureReport report, int exampleLimit) {
        StringBuilder html = new StringBuilder(8192);
        html.append("<article class=\"feature\" id=\"feature-")
                .append(report.latent())
                .append("\"><header><h3>Feature ");
        html.append(report.latent()).append("</h3><dl class=\"facts\">");
        fact(html, "Density", Html.percent(report.density()));
        fact(html, "Active tokens", Html.count(report.activeTokens()));
        fact(html, "Max", Html.number(report.maxActivation()));
        fact(html, "Mean when active", Html.number(report.meanActivation()));
        html.append("</dl></header>");
        if (report.isDead()) {
            return html.append("<p class=\"empty\">No token of the corpus activates this latent.</p></article>")
                    .toString();
        }
        html.append("<div class=\"panels\"><figure><h4>Activations above 0</h4>")
                .append(Charts.activations(report.histogram()))
                .append("</figure>");
        logits(html, "up", "Makes more likely", report.topLogits());
        logits(html, "down", "Makes less likely", report.bottomLogits());
        html.append("</div>");
        examples(html, report, exampleLimit);
        return html.append("</article>").toString();
    }

    private static void fact(StringBuilder html, String name, String value) {
        html.append("<div><dt>").append(name).append("</dt><dd>").append(value).append("</dd></div>");
    }

    private static void logits(StringBuilder html, String direction, String title, List<TokenLogit> logits) {
        if (logits.isEmpty()) {
            return;
        }
        double largest = logits.stream()
                .mapToDouble(logit -> Math.abs(logit.logit()))
                .max()
                .orElse(1);
        html.append("<section class=\"logits ")
                .append(direction)
                .append("\"><h4>")
                .append(title)
                .append("</h4><ol>");
        for (TokenLogit logit : logits) {
            html.append("<li><code>")
                    .append(Html.token(logit.token()))
                    .append("</code><i style=\"--w:")
                    .append(largest == 0 ? 0 : Math.round(100 * Math.abs(logit.logit()) / largest))
                    .append("%\"></i><span>")
                    .append(String.format(Locale.ROOT, "%+.2f", logit.logit()).replace('-', '−'))
                    .append("</span></li>");
        }
        html.append("</ol></section>");
    }

    private static void examples(StringBuilder html, FeatureReport report, int limit) {
        List<Example> shown = report.topExamples()
                .subList(0, Math.min(limit, report.topExamples().size()));
        if (shown.isEmpty()) {
            return;
        }
        html.append("<section class=\"examples\"><h4>Strongest examples</h4>")
                .append("<label class=\"wrap\"><input type=\"checkbox\"> whole window</label><ol>");
        for (Example example : shown) {
            example(html, example, report.maxActivation());
        }
        html.append("</ol></section>");
    }

    /** One line with the peaks of all examples below each other, as in a concordance. */
    private static void example(StringBuilder html, Example example, double maximum) {
        float[] values = example.values();
        html.append("<li><data>").append(Html.number(example.peakValue())).append("</data><span class=\"l\"><span>");
        for (int i = 0; i < values.length; i++) {
            String token = Html.running(example.tokens().get(i));
            if (i == example.peak()) {
                html.append("</span></span><span class=\"r\">");
                shaded(html, "b", token, values[i], maximum);
            } else if (values[i] > 0) {
                shaded(html, "i", token, values[i], maximum);
            } else {
                html.append(token);
            }
        }
        html.append("</span></li>");
    }

    private static void shaded(StringBuilder html, String element, String token, float value, double maximum) {
        html.append('<').append(element).append(" class=\"a").append(shade(value, maximum));
        html.append("\" title=\"").append(Html.number(value)).append("\">");
        html.append(token).append("</").append(element).append('>');
    }

    /** From 1, barely active, to {@link #SHADES}, the feature's largest activation. */
    private static int shade(float value, double maximum) {
        return (int) Math.max(1, Math.min(SHADES, Math.ceil(SHADES * value / maximum)));
    }
}
