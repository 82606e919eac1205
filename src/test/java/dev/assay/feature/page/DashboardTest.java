package dev.assay.feature.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.feature.report.FeatureCatalog;
import dev.assay.feature.report.FeatureReport;
import dev.assay.feature.report.FeatureSummary;
import dev.assay.feature.report.SyntheticFeatures;
import dev.assay.feature.store.Example;
import dev.assay.io.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.zip.InflaterInputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

@Tag("slow")
class DashboardTest {
    @TempDir
    Path folder;

    @Test
    void printsTitleMetricsAndStrongestFeatures() {
        List<String> lines = SyntheticFeatures.dashboard(60)
                .title("Title")
                .toString()
                .lines()
                .toList();
        assertTrue(lines.get(0).matches("Title: 60 features, \\d+ of them active"), lines.get(0));
        assertEquals("  explained_variance  0.913", lines.get(1));
        assertTrue(lines.contains(""), lines.toString());
        // A line of headings, then the ten strongest features.
        assertEquals(11, lines.size() - lines.indexOf("") - 1);
    }

    @Test
    void packsContainTheCardsOfTheirFeatures() throws Exception {
        String page = page(130);
        JsonNode index = Json.mapper().readTree(between(page, "id=\"index\">", "</script>"));
        assertEquals(130, index.get("density").size());
        int featuresPerPack = Json.mapper()
                .readTree(between(page, "id=\"constants\">", "</script>"))
                .get("featuresPerPack")
                .asInt();
        assertEquals(PackedFeatures.PACK, featuresPerPack);
        for (int pack = 0; pack < 5; pack++) {
            JsonNode cards = unpacked(page, pack);
            for (int i = 0; i < cards.size(); i++) {
                assertTrue(cards.get(i).asText().contains("id=\"feature-" + (featuresPerPack * pack + i) + "\""));
            }
        }
    }

    @Test
    void writesTheStrongestFeaturesForReadersWithoutScripts() throws Exception {
        String page = page(500);
        assertEquals(100, count(page, "<article class=\"feature\""));
        List<FeatureSummary> features = new SyntheticFeatures(500, 1).features();
        for (ConceptRow row : SyntheticFeatures.concepts()) {
            boolean shown = page.contains("<article class=\"feature\" id=\"feature-" + row.latent() + "\"");
            assertEquals(!features.get(row.latent()).isDead(), shown, row.concept());
        }
    }

    @Test
    void escapesTokens() throws Exception {
        String page = page(200);
        assertFalse(page.contains("<img"));
        assertFalse(page.contains("<!--"));
        assertTrue(page.contains("&lt;/script&gt;&lt;img onerror=alert(1) src=x&gt;"));
        // Tokens close no script element: there are four for data and behaviour and one per pack.
        assertEquals(count(page, "<script"), count(page, "</script>"));
        assertEquals(4 + 7, count(page, "</script>"));
        JsonNode index = Json.mapper().readTree(between(page, "id=\"index\">", "</script>"));
        assertTrue(index.toString().contains("</script><img onerror"));
    }

    @Test
    void escapesTitleAndNames() throws IOException {
        Path file = folder.resolve("page.html");
        new Dashboard(new SyntheticFeatures(10, 2))
                .title("<b>&")
                .metrics(Map.of("<h6>", 1.0))
                .concepts(List.of(new ConceptRow("<q>", 1, 1, 0, 0, 0, 0)))
                .write(file);
        String page = Files.readString(file);
        assertTrue(page.contains("<title>&lt;b&gt;&amp;</title>"));
        assertFalse(page.contains("<b>&") || page.contains("<h6>") || page.contains("<q>"));
    }

    @Test
    void conceptsAreJudgedByTheirControls() throws IOException {
        Path file = folder.resolve("page.html");
        new Dashboard(new SyntheticFeatures(10, 2))
                .concepts(List.of(
                        new ConceptRow("quotation", 1, 0.9, 0.7, 0.2, 0.3, Double.NaN),
                        new ConceptRow("mood", 2, 0.5, 0.6, 0.57, 0.3, 0.2),
                        new ConceptRow("word", 3, 0.95, 1, 0.1, 0.3, 0.2),
                        new ConceptRow("everywhere", 4, 0.9, 0.97, 0.97, 0.3, 0.2)))
                .write(file);
        String page = Files.readString(file);
        assertTrue(page.contains(
                "1 of the 2 concepts that need context, which the look-up does not find, reach 0.8; 2 of all 4 do."));
        assertEquals(2, count(page, "<td>needed"));
        assertTrue(page.contains("<td class=\"n\">–"), "a control that was not measured is a dash");
        assertFalse(page.contains("NaN"));
    }

    @Test
    void remarksFollowTheMetrics() throws IOException {
        Path file = folder.resolve("page.html");
        new Dashboard(new SyntheticFeatures(10, 2))
                .metrics(Map.of("mse", 1.0, "l1", Double.POSITIVE_INFINITY))
                .remarks(List.of("loss recovered is withheld: <no rise>"))
                .write(file);
        String page = Files.readString(file);
        assertTrue(page.contains("<p class=\"note remark\">loss recovered is withheld: &lt;no rise&gt;.</p>"));
        assertTrue(page.contains("<dd>∞</dd>"));
        assertTrue(page.contains(", never active on "), "dead latents are stated with the tokens read");
    }

    @Test
    void refersToNoExternalResources() throws Exception {
        String page = page(40);
        assertFalse(Pattern.compile("https?:|//[a-z]+\\.|url\\(|@import|<link|<iframe| src=\"")
                .matcher(page)
                .find());
        assertTrue(page.contains("default-src 'none'"));
    }

    @Test
    void chartsAreWellFormed() throws Exception {
        Matcher pictures = Pattern.compile("<svg.*?</svg>", Pattern.DOTALL).matcher(page(60));
        int found = 0;
        while (pictures.find()) {
            DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(pictures.group())));
            found++;
        }
        assertTrue(found > 50, found + " pictures");
    }

    @Test
    void densityBarsCountEveryLiveFeature() {
        double[] densities = IntStream.range(0, 500)
                .mapToDouble(i -> i % 5 == 0 ? 0 : Math.pow(10, -4.0 * i / 500))
                .toArray();
        Matcher titles = Pattern.compile("<title>([\\d,]+) feature").matcher(OverviewCharts.densities(densities));
        int total = 0;
        while (titles.find()) {
            total += Integer.parseInt(titles.group(1).replace(",", ""));
        }
        assertEquals(400, total);
    }

    @Test
    void reportInANotebookIsSelfContained() {
        FeatureReport report = new SyntheticFeatures(10, 3).reports(4, 5).get(0);
        String html = report.toHtml();
        String id = between(html, "<div id=\"", "\"");
        assertNotEquals(id, between(report.toHtml(), "<div id=\"", "\""));
        assertTrue(html.startsWith("<div id=\"" + id + "\"><style>#" + id + " {") && html.endsWith("</article></div>"));
        assertFalse(html.contains("<script") || html.contains("http"));
        Matcher names = Pattern.compile(" (?:id|name|href)=\"([^\"]*)").matcher(html);
        while (names.find()) {
            assertTrue(names.group(1).startsWith(id), names.group());
        }
        for (Example example : report.topExamples()) {
            assertTrue(html.contains("<li data-at=\"" + example.position() + "\""));
        }
    }

    @Test
    void dashboardInANotebookIsOneFrame() {
        String html = SyntheticFeatures.dashboard(40).toHtml();
        assertTrue(html.startsWith("<iframe title=\"Stories, residual stream after block 2\"")
                && html.endsWith("\"></iframe>"));
        assertEquals(2 * 4, count(html, "\""));
        assertTrue(html.contains("&amp;lt;/script&amp;gt;&amp;lt;img onerror"));
    }

    @Test
    void largeDictionariesShowFewerExamples() {
        List<FeatureSummary> few = new SyntheticFeatures(1, 1).features();
        assertEquals(new Dashboard.ExampleCount(400, 80), Dashboard.ExampleCount.within(1200, few));
        assertEquals(new Dashboard.ExampleCount(5, 1), Dashboard.ExampleCount.within(10, few));
    }

    @Test
    void foundConceptsBecomeLabelsOnce() {
        FeatureReport report = new SyntheticFeatures(1, 1).reports(0, 1).get(0);
        List<ConceptRow> rows = List.of(
                new ConceptRow("found", 0, 0.8, 0, 0, 0, 0),
                new ConceptRow("nearly", 0, 0.79, 0, 0, 0, 0),
                new ConceptRow("elsewhere", 1, 1, 0, 0, 0, 0));
        FeatureReport labelled = new ConceptNames(rows).apply(report);
        assertEquals(report.labels().size() + 1, labelled.labels().size());
        assertTrue(labelled.labels().contains("found"));
        assertEquals(labelled, new ConceptNames(rows).apply(labelled));
    }

    @Test
    void writesAPageForAnEmptyDictionary() throws Exception {
        FeatureCatalog dead = new SyntheticFeatures(0, 0);
        Path file = folder.resolve("empty.html");
        new Dashboard(dead).write(file);
        assertTrue(Files.readString(file).contains("0 of 0 features"));
    }

    private String page(int latents) throws IOException {
        Path file = folder.resolve("page.html");
        SyntheticFeatures.dashboard(latents).write(file);
        return Files.readString(file);
    }

    private static JsonNode unpacked(String page, int pack) throws IOException {
        byte[] bytes = Base64.getDecoder().decode(between(page, "id=\"pack-" + pack + "\">", "</script>"));
        return Json.mapper().readTree(new InflaterInputStream(new ByteArrayInputStream(bytes)));
    }

    private static String between(String text, String before, String after) {
        int start = text.indexOf(before) + before.length();
        return text.substring(start, text.indexOf(after, start));
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }
}
