package dev.assay.feature.report;

import dev.assay.feature.store.Example;
import dev.assay.feature.store.ExampleGroup;
import dev.assay.view.Html;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The examples of a feature as HTML, aligned at their peaks, with each token shaded by its activation. */
final class ExampleLines {
    /** The number of shades. One class per shade keeps a page small. */
    private static final int SHADES = 10;

    private final FeatureReport report;
    private final CardOptions options;
    private final String name;
    private final Map<Long, List<TokenEffect>> effects = new HashMap<>();
    private final double largestEffect;

    /**
     * Creates the lines.
     *
     * @param name the prefix of the names of the controls
     */
    ExampleLines(FeatureReport report, CardOptions options, String name) {
        this.report = report;
        this.options = options;
        this.name = name;
        report.effects().forEach(example -> effects.put(example.position(), example.tokens()));
        this.largestEffect = effects.values().stream()
                .flatMap(List::stream)
                .mapToDouble(effect -> Math.max(size(effect.directLossChange()), size(effect.lossChange())))
                .max()
                .orElse(0);
    }

    void append(StringBuilder html) {
        if (report.topExamples().isEmpty()) {
            return;
        }
        html.append("<section class=\"examples\"><div class=\"choices\"><h4>Examples</h4>");
        choices(html);
        html.append("</div><div class=\"view top\"><ol>");
        report.topExamples().stream().limit(options.top()).forEach(example -> line(html, example));
        html.append("</ol></div>");
        groups(
                html,
                ExampleGroup.Kind.INTERVAL,
                "interval",
                "Ranges of equal width between 0 and the largest activation.");
        groups(html, ExampleGroup.Kind.QUANTILE, "quantile", "Ranges with equal shares of the activations above 0.");
        html.append("</section>");
    }

    private boolean has(ExampleGroup.Kind kind) {
        return report.groups().stream().anyMatch(group -> group.kind() == kind);
    }

    private void choices(StringBuilder html) {
        if (!report.groups().isEmpty()) {
            html.append("<span class=\"choice\" role=\"radiogroup\" aria-label=\"Which examples\">");
            radio(html, "view", "top", "strongest", true);
            if (has(ExampleGroup.Kind.INTERVAL)) {
                radio(html, "view", "interval", "by interval", false);
            }
            if (has(ExampleGroup.Kind.QUANTILE)) {
                radio(html, "view", "quantile", "by quantile", false);
            }
            html.append("</span>");
        }
        if (!effects.isEmpty()) {
            html.append("<span class=\"choice\" role=\"radiogroup\" aria-label=\"Shade tokens by\"><em>shade by</em>");
            radio(html, "shade", "activation", "activation", true);
            radio(html, "shade", "direct", "direct effect", false);
            radio(html, "shade", "true", "true effect", false);
            html.append("</span>");
        }
        html.append("<label class=\"whole\"><input type=\"checkbox\" value=\"whole\"> whole window</label>");
        if (!effects.isEmpty()) {
            html.append("<p class=\"key\">Change of the next token’s loss when the feature is ablated: ")
                    .append(
                            "<i style=\"--e:.7\">it increases</i>, the feature helped; <i style=\"--e:-.7\">it decreases</i>, ")
                    .append("the feature hurt. Measured in the first "
                            + effects.size() + " of the strongest examples; the strongest shade is "
                            + Html.number(largestEffect) + " nats.</p>");
        }
    }

    private void radio(StringBuilder html, String choice, String value, String text, boolean chosen) {
        html.append("<label><input type=\"radio\" name=\"" + name + "-" + choice + "\" value=\"" + value + "\""
                + (chosen ? " checked" : "") + ">" + text + "</label>");
    }

    private void groups(StringBuilder html, ExampleGroup.Kind kind, String style, String note) {
        if (!has(kind)) {
            return;
        }
        double maximum = report.stats().max();
        html.append("<div class=\"view " + style + "\"><p class=\"note\">" + note + "</p>");
        for (ExampleGroup group : report.groups()) {
            if (group.kind() == kind) {
                html.append("<section class=\"group\" data-lower=\"" + FeatureCard.exact(group.lower())
                        + "\" data-upper=\"" + FeatureCard.exact(group.upper()) + "\" data-share=\""
                        + FeatureCard.exact(group.share()) + "\">");
                html.append(String.format(
                        Locale.ROOT,
                        "<h5><i style=\"--l:%.3f;--u:%.3f\"></i>%s to %s <small>%s of the activations</small></h5>",
                        maximum == 0 ? 0 : group.lower() / maximum,
                        maximum == 0 ? 0 : group.upper() / maximum,
                        Html.number(group.lower()),
                        Html.number(group.upper()),
                        Html.percent(group.share())));
                html.append("<ol>");
                group.examples().stream().limit(options.each()).forEach(example -> line(html, example));
                html.append("</ol></section>");
            }
        }
        html.append("</div>");
    }

    private void line(StringBuilder html, Example example) {
        float[] values = example.values();
        List<TokenEffect> measured = effects.getOrDefault(example.position(), List.of());
        html.append("<li data-at=\"" + example.position() + "\" data-in=\"" + example.document() + "\"")
                .append(wholeText(example))
                .append("><data>")
                .append(Html.number(example.peakValue()))
                .append("</data><span class=\"l\"><span>");
        for (int i = 0; i < values.length; i++) {
            boolean peak = i == example.peak();
            if (peak) {
                html.append("</span></span><span class=\"r\">");
            }
            String element = peak ? "b" : values[i] > 0 ? "i" : "u";
            html.append('<').append(element);
            if (values[i] > 0) {
                html.append(" class=\"a").append(shade(values[i])).append('"');
            }
            if (i < measured.size()) {
                effect(html, values[i], measured.get(i));
            } else if (values[i] > 0) {
                html.append(" title=\"").append(Html.number(values[i])).append('"');
            }
            html.append('>')
                    .append(Html.tokenInText(example.tokens().get(i)))
                    .append("</")
                    .append(element)
                    .append('>');
        }
        html.append("</span></li>");
    }

    /** Returns the joined text as an attribute if tokens split characters. The style sheet shows it below an opened line. */
    private static String wholeText(Example example) {
        return example.tokens().contains("")
                ? " data-text=\"" + Html.escape(String.join("", example.tokens())) + "\""
                : "";
    }

    private void effect(StringBuilder html, float value, TokenEffect effect) {
        html.append(" title=\"").append(Html.number(value));
        named(html, "direct effect on the next token’s loss", effect.directLossChange());
        named(html, "true effect on the next token’s loss", effect.lossChange());
        html.append("\" style=\"--d:" + share(effect.directLossChange()) + ";--t:" + share(effect.lossChange()) + "\"");
    }

    private static void named(StringBuilder html, String name, double change) {
        if (!Double.isNaN(change)) {
            html.append("; " + name + " " + (change > 0 ? "+" : "") + Html.number(change));
        }
    }

    /** The change relative to the largest effect in the report, from -1 to 1; 0 if it was not measured. */
    private String share(double change) {
        return Double.isNaN(change) || largestEffect == 0
                ? "0"
                : Double.toString(Math.round(100 * change / largestEffect) / 100.0);
    }

    private static double size(double change) {
        return Double.isNaN(change) ? 0 : Math.abs(change);
    }

    /** From 1, barely active, to {@link #SHADES}, the feature's largest activation. */
    private int shade(float value) {
        return (int) Math.max(
                1, Math.min(SHADES, Math.ceil(SHADES * value / report.stats().max())));
    }
}
