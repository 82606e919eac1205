package dev.assay.feature.page;

import dev.assay.feature.report.CardOptions;
import dev.assay.feature.report.FeatureCard;
import dev.assay.feature.report.FeatureCatalog;
import dev.assay.feature.report.FeatureReport;
import dev.assay.feature.report.FeatureSummary;
import dev.assay.feature.report.PageParts;
import dev.assay.io.Json;
import dev.assay.view.Html;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Writes the page: head, overview, the features that are shown without scripts, and all features packed for the script. */
final class DashboardPage {
    /** The number of features that the page shows without scripts. */
    static final int SHOWN_WITHOUT_SCRIPTS = 100;
    /** Cards in plain HTML show fewer examples to keep the file small. */
    private static final int EXAMPLES_WITHOUT_SCRIPTS = 8;

    /** A multiple of the pack size, large enough for a catalog to work on many features in parallel. */
    private static final int REPORTS_PER_READ = 8 * PackedFeatures.PACK;

    private static final List<String> SCRIPTS = List.of(
            "text.js", "catalogue.js", "address.js", "list.js", "tokens.js", "detail.js", "filters.js", "page.js");

    private final FeatureCatalog catalog;
    private final List<FeatureSummary> features;
    private final String title;
    private final Measurements measurements;
    private final Dashboard.ExampleCount examples;

    DashboardPage(
            FeatureCatalog catalog,
            List<FeatureSummary> features,
            String title,
            Measurements measurements,
            Dashboard.ExampleCount examples) {
        this.catalog = catalog;
        this.features = features;
        this.title = title;
        this.measurements = measurements;
        this.examples = examples;
    }

    void write(OutputStream stream) throws IOException {
        List<Integer> shown = strongest();
        Map<Integer, String> cards = new TreeMap<>(Comparator.comparing(shown::indexOf));
        FeatureIndex index = new FeatureIndex();
        PackedFeatures packed = new PackedFeatures();
        render(new HashSet<>(shown), cards, index, packed);
        Writer out = new OutputStreamWriter(stream, StandardCharsets.UTF_8);
        out.write(PageParts.text("page.html")
                .replace("{{style}}", PageParts.pageStyle())
                .replace("{{constants}}", constants())
                .replace("{{count}}", Html.count(features.size()))
                .replace("{{title}}", Html.escape(title)));
        out.write("<main>");
        out.write(new DashboardOverview(catalog.provenance(), features, index, measurements).html());
        out.write(PageParts.text("browser.html"));
        out.write("<section class=\"static\" id=\"static\"><h2>Features</h2><p class=\"note\">");
        out.write(shown.size() + " of " + Html.count(features.size()) + " features, ");
        out.write(
                measurements.concepts().isEmpty()
                        ? "by their largest activation.</p>"
                        : "the best of each concept first, then by largest activation.</p>");
        for (String card : cards.values()) {
            out.write(card);
        }
        // The script precedes the packs, so that the features are listed while the packs are still being loaded.
        out.write("</section></main>" + PageParts.text("help.html"));
        out.write("<script type=\"application/json\" id=\"index\">" + index.json() + "</script>");
        out.write("<script>(() => {\n'use strict';\n");
        for (String script : SCRIPTS) {
            out.write(PageParts.text(script));
        }
        out.write("})();</script>");
        packed.write(out);
        out.write("</body></html>\n");
        out.flush();
    }

    /** The values that scripts share with this class. */
    private static String constants() throws IOException {
        Map<String, Object> constants = new LinkedHashMap<>();
        constants.put("featuresPerPack", PackedFeatures.PACK);
        constants.put("signs", Html.SIGNS);
        return Json.mapper().writeValueAsString(constants);
    }

    private void render(Set<Integer> shown, Map<Integer, String> cards, FeatureIndex index, PackedFeatures packed)
            throws IOException {
        ConceptNames labels = new ConceptNames(measurements.concepts());
        CardOptions full = new CardOptions("", examples.strongest(), examples.each(), latent -> true);
        CardOptions plain =
                new CardOptions("", Math.min(EXAMPLES_WITHOUT_SCRIPTS, examples.strongest()), 1, shown::contains);
        for (int first = 0; first < features.size(); first += REPORTS_PER_READ) {
            int end = Math.min(first + REPORTS_PER_READ, features.size());
            List<FeatureReport> reports =
                    catalog.reports(first, end).stream().map(labels::apply).toList();
            for (FeatureReport report : reports) {
                index.add(features.get(report.latent()), report);
                if (shown.contains(report.latent())) {
                    cards.put(report.latent(), FeatureCard.of(report, plain));
                }
            }
            packed.add(reports.parallelStream()
                    .map(report -> FeatureCard.of(report, full))
                    .toList());
        }
    }

    /** The best latents of the concepts, then the live latents by largest activation. */
    private List<Integer> strongest() {
        Set<Integer> first = new HashSet<>();
        measurements.concepts().forEach(row -> first.add(row.latent()));
        return features.stream()
                .filter(feature -> !feature.isDead())
                .sorted(Comparator.comparing((FeatureSummary feature) -> !first.contains(feature.latent()))
                        .thenComparing(FeatureSummary.STRONGEST_FIRST))
                .limit(SHOWN_WITHOUT_SCRIPTS)
                .map(FeatureSummary::latent)
                .toList();
    }
}
