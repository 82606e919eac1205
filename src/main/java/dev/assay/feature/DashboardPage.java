package dev.assay.feature;

import dev.assay.Html;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Lays the page out: head, overview, the features in full, and the packed rest for the script. */
final class DashboardPage {
    /** How many features the page shows in full where no script runs. */
    static final int SHOWN_WITHOUT_SCRIPTS = 100;

    private final FeatureCatalog catalog;
    private final String title;
    private final Map<String, Double> metrics;
    private final List<ConceptRow> concepts;
    private final int examples;

    DashboardPage(
            FeatureCatalog catalog,
            String title,
            Map<String, Double> metrics,
            List<ConceptRow> concepts,
            int examples) {
        this.catalog = catalog;
        this.title = title;
        this.metrics = metrics;
        this.concepts = concepts;
        this.examples = examples;
    }

    void write(OutputStream stream) throws IOException {
        Writer out = new OutputStreamWriter(stream, StandardCharsets.UTF_8);
        List<FeatureSummary> features = catalog.features();
        List<FeatureSummary> shown = strongest(features);
        PackedFeatures packed = PackedFeatures.of(catalog, examples, shown);
        out.write(resource("page.html")
                .replace("{{style}}", resource("dashboard.css"))
                .replace("{{title}}", Html.escape(title)));
        out.write(new DashboardOverview(catalog.provenance(), features, metrics, concepts).html(title));
        out.write(resource("browser.html"));
        out.write("<section class=\"static\" id=\"static\"><h2>Features</h2><p class=\"note\">");
        out.write(shown.size() + " of " + Html.count(features.size()) + " features, ");
        out.write(
                concepts.isEmpty()
                        ? "by their largest activation.</p>"
                        : "the best of each concept first, then by largest activation.</p>");
        for (FeatureSummary feature : shown) {
            out.write(packed.card(feature.latent()));
        }
        out.write("</section></main>");
        packed.write(out);
        out.write("<script>" + resource("dashboard.js") + "</script></body></html>\n");
        out.flush();
    }

    /** The best latents of the concepts, then the live ones by largest activation. */
    private List<FeatureSummary> strongest(List<FeatureSummary> features) {
        Set<Integer> first = new HashSet<>();
        concepts.forEach(row -> first.add(row.latent()));
        List<FeatureSummary> order = new ArrayList<>(features);
        order.removeIf(FeatureSummary::isDead);
        order.sort(Comparator.comparing((FeatureSummary feature) -> !first.contains(feature.latent()))
                .thenComparing(FeatureSummary.STRONGEST_FIRST));
        return order.subList(0, Math.min(SHOWN_WITHOUT_SCRIPTS, order.size()));
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = DashboardPage.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
