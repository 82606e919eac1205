package dev.assay.feature.report;

import dev.assay.feature.store.FeatureStats;
import dev.assay.view.Html;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;

/**
 * One feature as HTML: statistics, histograms, logits, examples and related features. The examples and the shading are selected with
 * radio buttons that the style sheet reads, so that a card works without scripts.
 */
public final class FeatureCard {
    private static final MathContext DIGITS = new MathContext(4);

    private final FeatureReport report;
    private final CardOptions options;
    private final StringBuilder html = new StringBuilder(16_384);

    private FeatureCard(FeatureReport report, CardOptions options) {
        this.report = report;
        this.options = options;
    }

    /** Returns an article whose id is the prefix, {@code feature-}, and the latent's number. */
    public static String of(FeatureReport report, CardOptions options) {
        return new FeatureCard(report, options).html();
    }

    private String html() {
        String id = options.prefix() + "feature-" + report.latent();
        html.append("<article class=\"feature\" id=\"" + id + "\"><header><h3>Feature " + report.latent() + "</h3>");
        labels();
        explanations();
        facts();
        html.append("</header>");
        if (report.isDead()) {
            html.append("<p class=\"empty\">No token of the corpus activates this latent.</p>");
        }
        html.append("<div class=\"panels\">");
        activations();
        report.logits().ifPresent(this::weights);
        html.append("</div><div class=\"panels\">");
        logits("up", "Makes more likely", report.topLogits());
        logits("down", "Makes less likely", report.bottomLogits());
        html.append("</div>");
        new ExampleLines(report, options, id).append(html);
        new RelatedFeatures(report, options.linked()).append(html);
        return html.append("</article>").toString();
    }

    private void labels() {
        if (report.labels().isEmpty()) {
            return;
        }
        html.append("<ul class=\"labels\" aria-label=\"Labels\">");
        report.labels()
                .forEach(label -> html.append("<li>").append(Html.escape(label)).append("</li>"));
        html.append("</ul>");
    }

    private void explanations() {
        if (report.explanations().isEmpty()) {
            return;
        }
        html.append("<ul class=\"explanations\" aria-label=\"Explanations\">");
        for (FeatureExplanation explanation : report.explanations()) {
            html.append("<li>").append(Html.escape(explanation.text()));
            html.append("<small>").append(Html.escape(explanation.source())).append("</small></li>");
        }
        html.append("</ul>");
    }

    private void facts() {
        FeatureStats stats = report.stats();
        html.append("<dl class=\"facts\">");
        fact("Density", "density", stats.density(), Html.percent(stats.density()));
        fact("Active tokens", "activeTokens", stats.activeTokens(), Html.count(stats.activeTokens()));
        if (!report.isDead()) {
            fact("Max", "max", stats.max(), Html.number(stats.max()));
            fact("Mean", "mean", stats.mean(), Html.number(stats.mean()));
            if (!stats.quantiles().isEmpty()) {
                double median = stats.quantiles().get(FeatureStats.SHARES.indexOf(0.5));
                fact("Median", "median", median, Html.number(median));
            }
        }
        html.append("</dl>");
    }

    /** A number in full as an attribute, and formatted as text. */
    private void fact(String name, String key, double value, String shown) {
        html.append("<div><dt>" + name + "</dt><dd><data class=\"" + key + "\" value=\"" + exact(value) + "\">" + shown
                + "</data></dd></div>");
    }

    private void activations() {
        if (report.isDead()) {
            return;
        }
        FeatureStats stats = report.stats();
        html.append("<figure class=\"firing\"><figcaption><h4>Activations above 0</h4></figcaption>")
                .append(FeatureCharts.activations(report.histogram(), stats.quantiles()));
        moments(stats.mean(), stats.deviation(), stats.skewness(), stats.kurtosis());
        html.append("</figure>");
    }

    private void weights(LogitSummary logits) {
        html.append("<figure class=\"weights\"><figcaption><h4>Logit weights over the vocabulary</h4></figcaption>")
                .append(FeatureCharts.weights(logits.histogram(), report.topLogits(), report.bottomLogits()));
        moments(logits.mean(), logits.deviation(), logits.skewness(), logits.kurtosis());
        html.append("</figure>");
    }

    /** The four moments; left out if the store only has the mean. */
    private void moments(double mean, double deviation, double skewness, double kurtosis) {
        if (deviation == 0) {
            return;
        }
        html.append("<dl class=\"moments\">");
        fact("mean", "mean", mean, Html.number(mean));
        fact("deviation", "deviation", deviation, Html.number(deviation));
        fact("skewness", "skewness", skewness, Html.number(skewness));
        fact("kurtosis", "kurtosis", kurtosis, Html.number(kurtosis));
        html.append("</dl>");
    }

    private void logits(String direction, String title, List<TokenLogit> logits) {
        if (logits.isEmpty()) {
            return;
        }
        double largest = logits.stream()
                .mapToDouble(logit -> Math.abs(logit.logit()))
                .max()
                .orElse(1);
        html.append("<section class=\"logits " + direction + "\"><h4>" + title + "</h4><ol>");
        for (TokenLogit logit : logits) {
            long width = largest == 0 ? 0 : Math.round(100 * Math.abs(logit.logit()) / largest);
            html.append("<li data-id=\"" + logit.id() + "\"><code>")
                    .append(Html.token(logit.token()))
                    .append("</code><i style=\"--w:" + width + "%\"></i><data value=\"" + exact(logit.logit()) + "\">"
                            + signed(logit.logit()) + "</data></li>");
        }
        html.append("</ol></section>");
    }

    /** Formats a number with four digits, more than are shown, for programs. */
    static String exact(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : new BigDecimal(value).round(DIGITS).toString();
    }

    static String signed(double value) {
        return String.format(Locale.ROOT, "%+.2f", value).replace('-', '−');
    }
}
