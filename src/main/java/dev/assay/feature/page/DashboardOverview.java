package dev.assay.feature.page;

import dev.assay.feature.report.FeatureSummary;
import dev.assay.provenance.ParentArtifact;
import dev.assay.provenance.Provenance;
import dev.assay.view.Html;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;

/** The overview of the page: provenance, statistics and charts of the whole dictionary, and the concepts that it finds. */
final class DashboardOverview {
    /** Features with a larger density are rarely interpretable. */
    private static final double DENSE = 0.1;

    private final Provenance provenance;
    private final List<FeatureSummary> features;
    private final FeatureIndex index;
    private final Measurements measurements;

    DashboardOverview(
            Provenance provenance, List<FeatureSummary> features, FeatureIndex index, Measurements measurements) {
        this.provenance = provenance;
        this.features = features;
        this.index = index;
        this.measurements = measurements;
    }

    String html() {
        StringBuilder html = new StringBuilder();
        html.append("<section class=\"overview\" id=\"summary\" aria-label=\"Overview\" tabindex=\"-1\">");
        provenance(html);
        cards(html);
        html.append("<div class=\"columns\">");
        chart(
                html,
                "Density",
                "Number of features by the share of tokens on which they are active.",
                OverviewCharts.densities(index.densities()));
        chart(
                html,
                "Density and strength",
                "Each dot is a small range of both; its area is the number of features in it.",
                OverviewCharts.densityByMaximum(index.densities(), index.maxima()));
        chart(
                html,
                "Largest activation",
                "Number of features by their largest activation.",
                OverviewCharts.maxima(index.maxima()));
        double[] kurtoses = index.kurtoses();
        if (DoubleStream.of(kurtoses).anyMatch(kurtosis -> kurtosis > 0)) {
            chart(
                    html,
                    "Kurtosis of the logit weights",
                    "High for a feature that concerns few tokens of the vocabulary.",
                    OverviewCharts.kurtoses(kurtoses));
        }
        concepts(html);
        evaluation(html);
        return html.append("</div></section>").toString();
    }

    private static void chart(StringBuilder html, String title, String note, String svg) {
        html.append("<figure class=\"panel\"><figcaption><h2>" + title + "</h2><p class=\"note\">" + note
                + "</p></figcaption>" + svg + "</figure>");
    }

    private void provenance(StringBuilder html) {
        html.append("<dl class=\"provenance\">");
        ParentArtifact dictionary = provenance.parent(ParentArtifact.DICTIONARY);
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("Model", provenance.model().name());
        lines.put("Hook", provenance.site());
        lines.put("Dictionary", dictionary.description());
        lines.put("Corpus", provenance.text().description());
        lines.put(
                "Read",
                Html.count(provenance.text().tokens()) + " tokens ("
                        + provenance.text().part() + "), contexts of "
                        + provenance.text().contextLength());
        // Enough of a hash to distinguish two dictionaries by eye.
        lines.put(
                "Weights",
                start(dictionary.hash()) + " on " + start(provenance.model().hash()));
        lines.put("Assay", provenance.version());
        lines.forEach((name, value) -> html.append("<div><dt>")
                .append(name)
                .append("</dt><dd>")
                .append(Html.escape(value))
                .append("</dd></div>"));
        html.append("</dl>");
    }

    private static String start(String hash) {
        return hash.substring(0, Math.min(12, hash.length()));
    }

    private void cards(StringBuilder html) {
        long dead = features.stream().filter(FeatureSummary::isDead).count();
        double l0 = features.stream().mapToDouble(FeatureSummary::density).sum();
        double median = features.stream()
                .mapToDouble(FeatureSummary::density)
                .filter(density -> density > 0)
                .sorted()
                .skip((features.size() - dead) / 2)
                .findFirst()
                .orElse(0);
        html.append("<dl class=\"cards\">");
        card(html, "Features", Html.count(features.size()), "");
        card(
                html,
                "Dead",
                Html.count(dead),
                Html.percent((double) dead / Math.max(1, features.size())) + ", never active on "
                        + Html.count(provenance.text().tokens()) + " tokens");
        card(html, "Active per token (L0)", Html.number(l0), "");
        card(html, "Median density, live", Html.percent(median), "");
        long dense =
                features.stream().filter(feature -> feature.density() > DENSE).count();
        card(html, "Dense, over " + Html.rounded(100 * DENSE) + " %", Html.count(dense), "");
        measurements.metrics().forEach((name, value) -> {
            if (MetricLabels.isHeadline(name)) {
                card(html, MetricLabels.readable(name), Html.number(value), "");
            }
        });
        html.append("</dl>");
    }

    private static void card(StringBuilder html, String name, String value, String note) {
        html.append("<div><dt>").append(Html.escape(name)).append("</dt><dd>").append(value);
        if (!note.isEmpty()) {
            html.append(" <small>").append(note).append("</small>");
        }
        html.append("</dd></div>");
    }

    private void evaluation(StringBuilder html) {
        StringBuilder rows = new StringBuilder();
        measurements.metrics().forEach((name, value) -> {
            if (!MetricLabels.isHeadline(name)) {
                rows.append("<div><dt>").append(Html.escape(MetricLabels.readable(name)));
                rows.append("</dt><dd>").append(Html.number(value)).append("</dd></div>");
            }
        });
        if (!rows.isEmpty()) {
            html.append("<section class=\"panel\"><h2>Evaluation</h2><dl class=\"rows\">");
            html.append(rows).append("</dl>");
            measurements
                    .remarks()
                    .forEach(remark -> html.append("<p class=\"note remark\">")
                            .append(Html.escape(remark))
                            .append(".</p>"));
            html.append("</section>");
        }
    }

    private void concepts(StringBuilder html) {
        List<ConceptRow> concepts = measurements.concepts();
        if (concepts.isEmpty()) {
            return;
        }
        long inContext = concepts.stream()
                .filter(row -> row.needsContext() && row.isFound())
                .count();
        html.append(
                        "<section class=\"panel wide found\"><h2>Concepts</h2><p class=\"note\">F1 of the best latent on held-out text, next to ")
                .append(
                        "a look-up of the token, the prediction “always yes”, the best neuron and the best latent of a random dictionary. ")
                .append(inContext + " of the "
                        + concepts.stream().filter(ConceptRow::needsContext).count()
                        + " concepts that need context, which the look-up does not find, reach " + ConceptNames.FOUND
                        + "; "
                        + concepts.stream().filter(ConceptRow::isFound).count() + " of all " + concepts.size()
                        + " do.</p><div class=\"scroll\"><table class=\"concepts\">")
                .append(
                        "<thead><tr><th scope=\"col\">Concept<th scope=\"col\">Context<th scope=\"col\" class=\"n\">Latent")
                .append(
                        "<th scope=\"col\" class=\"n\">F1<th aria-label=\"F1 as a bar\"><th scope=\"col\" class=\"n\">Look-up")
                .append("<th scope=\"col\" class=\"n\">Always<th scope=\"col\" class=\"n key\">Neuron")
                .append("<th scope=\"col\" class=\"n key random\">Random</thead><tbody>");
        for (ConceptRow row : concepts) {
            html.append("<tr><th scope=\"row\">").append(Html.escape(row.concept()));
            html.append("<td>" + (row.needsContext() ? "needed" : ""));
            html.append("<td class=\"n\"><a href=\"#feature-" + row.latent() + "\">" + row.latent() + "</a>");
            html.append("<td class=\"n\">" + score(row.f1()) + "<td class=\"bars\"><i style=\"--f:" + bar(row.f1()));
            html.append(";--n:" + bar(row.neuronF1()) + ";--r:" + bar(row.randomF1()) + "\"></i>");
            html.append("<td class=\"n\">" + score(row.lookupF1()) + "<td class=\"n\">" + score(row.alwaysF1()));
            html.append(
                    "<td class=\"n\">" + score(row.neuronF1()) + "<td class=\"n\">" + score(row.randomF1()) + "</tr>");
        }
        html.append("</tbody></table></div></section>");
    }

    private static String score(double f1) {
        return Html.fixed(f1, 2);
    }

    /** Returns the length of a bar. */
    private static String bar(double f1) {
        return String.format(Locale.ROOT, "%.2f", Double.isNaN(f1) ? 0 : f1);
    }
}
