package dev.assay.feature;

import dev.assay.Html;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The top of the page: what was read, the numbers of the whole dictionary, and the concepts that it found. */
final class DashboardOverview {
    private final Provenance provenance;
    private final List<FeatureSummary> features;
    private final Map<String, Double> metrics;
    private final List<ConceptRow> concepts;

    DashboardOverview(
            Provenance provenance,
            List<FeatureSummary> features,
            Map<String, Double> metrics,
            List<ConceptRow> concepts) {
        this.provenance = provenance;
        this.features = features;
        this.metrics = metrics;
        this.concepts = concepts;
    }

    String html(String title) {
        StringBuilder html = new StringBuilder();
        masthead(html, title);
        html.append("<main><section class=\"overview\" aria-label=\"Overview\">");
        cards(html);
        html.append(concepts.isEmpty() ? "<div class=\"columns\">" : "<div class=\"columns tall\">")
                .append("<figure class=\"panel\"><figcaption><h2>Density</h2><p class=\"note\">")
                .append("How many features are active on which share of the tokens.")
                .append("</p></figcaption>")
                .append(Charts.densities(
                        features.stream().mapToDouble(FeatureSummary::density).toArray()))
                .append("</figure>");
        evaluation(html);
        concepts(html);
        return html.append("</div></section>").toString();
    }

    private void masthead(StringBuilder html, String title) {
        html.append("<header class=\"masthead\"><p class=\"brand\">Assay</p><h1>")
                .append(Html.escape(title))
                .append("</h1>");
        html.append("<dl class=\"provenance\">");
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("Model", provenance.model());
        lines.put("Hook", provenance.hook());
        lines.put("Dictionary", provenance.dictionary());
        lines.put("Corpus", provenance.corpus());
        lines.put(
                "Read",
                Html.count(provenance.tokens()) + " tokens (" + provenance.split() + "), contexts of "
                        + provenance.contextLength());
        // Enough of the hash to tell two dictionaries apart by eye.
        lines.put("Weights", provenance.dictionaryHash().substring(0, 12));
        lines.put("Assay", provenance.version());
        lines.forEach((name, value) -> html.append("<div><dt>")
                .append(name)
                .append("</dt><dd>")
                .append(Html.escape(value))
                .append("</dd></div>"));
        html.append("</dl></header>");
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
        card(html, "Dead", Html.count(dead), Html.percent((double) dead / Math.max(1, features.size())));
        card(html, "Active per token (L0)", Html.number(l0), "");
        card(html, "Median density, live", Html.percent(median), "");
        metrics.forEach((name, value) -> {
            if (MetricNames.isHeadline(name)) {
                card(html, MetricNames.readable(name), Html.number(value), "");
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
        metrics.forEach((name, value) -> {
            if (!MetricNames.isHeadline(name)) {
                rows.append("<div><dt>").append(Html.escape(MetricNames.readable(name)));
                rows.append("</dt><dd>").append(Html.number(value)).append("</dd></div>");
            }
        });
        if (!rows.isEmpty()) {
            html.append("<section class=\"panel\"><h2>Evaluation</h2><dl class=\"rows\">");
            html.append(rows).append("</dl></section>");
        }
    }

    private void concepts(StringBuilder html) {
        if (concepts.isEmpty()) {
            return;
        }
        long found = concepts.stream().filter(row -> row.f1() >= 0.8).count();
        html.append(
                        "<section class=\"panel found\"><h2>Concepts</h2><p class=\"note\">F1 of the best latent on held-out text, beside ")
                .append("the best neuron and the best latent of a random dictionary. ")
                .append(found + " of " + concepts.size()
                        + " reach 0.8.</p><div class=\"scroll\"><table class=\"concepts\">")
                .append("<thead><tr><th scope=\"col\">Concept<th scope=\"col\" class=\"n\">Latent")
                .append(
                        "<th scope=\"col\" class=\"n\">F1<th aria-label=\"F1 as a bar\"><th scope=\"col\" class=\"n key\">Neuron")
                .append("<th scope=\"col\" class=\"n key random\">Random</thead><tbody>");
        for (ConceptRow row : concepts) {
            html.append("<tr><th scope=\"row\">").append(Html.escape(row.concept()));
            html.append("<td class=\"n\"><a href=\"#feature-" + row.latent() + "\">" + row.latent() + "</a>");
            html.append("<td class=\"n\">" + score(row.f1()) + "<td class=\"bars\"><i style=\"--f:" + score(row.f1()));
            html.append(";--n:" + score(row.neuronF1()) + ";--r:" + score(row.randomF1()) + "\"></i>");
            html.append(
                    "<td class=\"n\">" + score(row.neuronF1()) + "<td class=\"n\">" + score(row.randomF1()) + "</tr>");
        }
        html.append("</tbody></table></div></section>");
    }

    private static String score(double f1) {
        return String.format(Locale.ROOT, "%.2f", f1);
    }
}
