package dev.assay.feature.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.Browser;
import dev.assay.feature.report.FeatureCatalog;
import dev.assay.feature.report.FeatureExplanation;
import dev.assay.feature.report.FeatureReport;
import dev.assay.feature.report.FeatureSummary;
import dev.assay.feature.report.LogitSummary;
import dev.assay.feature.report.SyntheticFeatures;
import dev.assay.feature.report.TokenEffect;
import dev.assay.feature.report.TokenLogit;
import dev.assay.feature.store.Example;
import dev.assay.io.Json;
import dev.assay.provenance.Provenance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the dashboard in headless Chromium without network access. */
@Tag("slow")
class DashboardInBrowserTest {
    private static final int LATENTS = 400;
    private static final List<FeatureReport> REPORTS = new SyntheticFeatures(LATENTS, 12).reports(0, LATENTS);
    private static final String CHOSEN = "document.querySelector('.row[aria-selected=true]')?.dataset.latent";

    @TempDir
    static Path folder;

    private static Browser browser;
    private static Path page;

    @BeforeAll
    static void start() throws IOException {
        Browser.require(DashboardInBrowserTest.class);
        browser = Browser.open(folder.resolve("profile"));
        page = folder.resolve("page.html");
        SyntheticFeatures.dashboard(LATENTS).write(page);
    }

    @AfterAll
    static void stop() throws IOException {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void resetThePage() throws IOException {
        browser.look(1500, 1000, false);
        browser.open(page, "#about"); // leaves the feature of the previous test
        browser.complaints();
        browser.requests();
    }

    @AfterEach
    void assertNoErrorsAndNoRequests() throws IOException {
        assertEquals(List.of(), browser.complaints());
        for (String address : browser.requests()) {
            assertTrue(address.startsWith("file:") || address.startsWith("about:"), address);
        }
    }

    @Test
    void opensTheOverviewAndListsEveryLiveFeature() throws IOException {
        browser.open(page, "");
        assertEquals("overview", text("document.documentElement.dataset.view"));
        assertTrue(number("document.querySelectorAll('.overview .pick').length") > 50);
        open("#features");
        long alive = REPORTS.stream().filter(report -> !report.isDead()).count();
        assertEquals(alive + " of 400", text("document.getElementById('shown').textContent"));
    }

    /** The synthetic features, of which three have explanations. */
    private static final class ExplainedFeatures implements FeatureCatalog {
        private final SyntheticFeatures features = new SyntheticFeatures(LATENTS, 2);
        private final List<FeatureSummary> explained = features.features().stream()
                .filter(feature -> !feature.isDead())
                .limit(3)
                .toList();

        int latent(int number) {
            return explained.get(number).latent();
        }

        @Override
        public List<FeatureSummary> features() {
            return features.features();
        }

        @Override
        public Provenance provenance() {
            return features.provenance();
        }

        @Override
        public List<FeatureReport> reports(int first, int end) {
            return features.reports(first, end).stream().map(this::explained).toList();
        }

        private FeatureReport explained(FeatureReport report) {
            for (int i = 0; i < explained.size(); i++) {
                if (latent(i) == report.latent()) {
                    return report.withExplanations(List.of(new FeatureExplanation(
                            "Tools of the <kitchen> " + i,
                            "llm (m)",
                            i == 2
                                    ? List.of()
                                    : List.of(new FeatureExplanation.Score("f1", "detection by m", 0.4 + 0.1 * i)))));
                }
            }
            return report;
        }
    }

    @Test
    void explanationsAreListedSearchedAndSortedByScore() throws IOException {
        ExplainedFeatures features = new ExplainedFeatures();
        Path explained = folder.resolve("explained.html");
        new Dashboard(features).write(explained);
        browser.open(explained, "#features&query=the%20%3CKITCHEN&in=explanation");
        browser.until("document.documentElement.dataset.ready");
        assertEquals("3 of 400", text("document.getElementById('shown').textContent"));
        browser.open(explained, "#about");
        browser.open(explained, "#features&sort=explained");
        browser.until("document.querySelector('.row .explained')");
        assertEquals(features.latent(1), number("+document.querySelector('.row .id').textContent"));
        assertEquals("Tools of the <kitchen> 1", text("document.querySelector('.row .explained').textContent"));
        browser.open(explained, "#feature-" + features.latent(0));
        browser.until("document.querySelector('#detail .explanations li')");
        assertEquals(
                "Tools of the <kitchen> 0llm (m): f1 0.400 (detection by m)",
                text("document.querySelector('#detail .explanations li').textContent"));
    }

    @Test
    void searchFindsTokensLabelsAndNumbers() throws IOException {
        open("#features");
        browser.press("/");
        browser.type("miller");
        List<FeatureReport> found = new ArrayList<>();
        for (FeatureReport report : REPORTS) {
            if (!report.isDead()
                    && (peaks(report).contains("miller") || logits(report).contains("miller"))) {
                found.add(report);
            }
        }
        assertEquals(found.size() + " of 400", text("document.getElementById('shown').textContent"));

        open("#features&query=colour&in=label");
        long labelled = REPORTS.stream()
                .filter(report -> !report.isDead() && labels(report).contains("colour"))
                .count();
        assertTrue(labelled > 3);
        assertEquals(labelled + " of 400", text("document.getElementById('shown').textContent"));

        open("#features&query=123");
        assertEquals(123, number("+document.querySelector('.row .id').textContent"));
    }

    @Test
    void sortsByColumns() throws IOException {
        open("#features&dead=too");
        for (String key : List.of("latent", "density", "max", "mean", "kurtosis")) {
            for (int turn = 0; turn < 2; turn++) {
                browser.run("document.querySelector('.heads [data-key=" + key + "]').click()");
                String direction = text("document.querySelector('.heads [aria-sort]').getAttribute('aria-sort')");
                double sign = direction.equals("descending") ? -1 : 1;
                double before = sign * -1e9;
                for (JsonNode latent :
                        browser.run("return [...document.querySelectorAll('.row')].map(row => +row.dataset.latent)")) {
                    FeatureReport report = REPORTS.get(latent.asInt());
                    double value = switch (key) {
                        case "latent" -> report.latent();
                        case "density" -> report.stats().density();
                        case "max" -> report.stats().max();
                        case "mean" -> report.stats().mean();
                        default -> report.logits().map(LogitSummary::kurtosis).orElse(0.0);
                    };
                    assertTrue(sign * (value - before) >= -1e-3 * Math.abs(value), key + " " + direction);
                    before = value;
                }
                assertEquals(direction.equals("descending") ? 1 : 0, turn ^ (key.equals("latent") ? 1 : 0) ^ 1);
            }
        }
    }

    @Test
    void filtersByTheBarOfAChart() throws IOException {
        browser.open(page, "");
        String features = text("document.querySelector('.density .pick title').textContent");
        browser.run("document.querySelector('.density .pick').focus()");
        browser.press("Right", "Left", "Enter");
        browser.until("document.documentElement.dataset.view === 'features'");
        assertTrue(features.startsWith(
                text("document.getElementById('shown').textContent").replace(" of 400", " feature")));
        assertEquals(1, number("document.querySelectorAll('.chips button').length"));
        assertTrue(text("location.hash").contains("density="));
        browser.run("document.querySelector('.chips button').click()");
        assertEquals(0, number("document.querySelectorAll('.chips button').length"));
    }

    @Test
    void opensAFeatureByItsAddressAndReturnsWithTheBackButton() throws IOException {
        open("#feature-7");
        assertEquals("Feature 7", heading());
        int other = REPORTS.get(7).neighbours().get(0).latent();
        browser.run("document.querySelector('.related a').click()");
        browser.until("document.querySelector('h3')?.textContent === 'Feature " + other + "'");
        assertEquals("H3", text("document.activeElement.tagName"));
        browser.back();
        browser.until("document.querySelector('h3')?.textContent === 'Feature 7'");
        open("#feature-9&sort=density&order=ascending&max=5..9");
        assertEquals("ascending", text("document.querySelector('.heads [aria-sort]').getAttribute('aria-sort')"));
        long inRange = REPORTS.stream()
                .filter(report -> report.stats().max() >= 5 && report.stats().max() < 9)
                .count();
        assertEquals(inRange + " of 400", text("document.getElementById('shown').textContent"));
    }

    @Test
    void keysMoveThroughListCardAndTokens() throws IOException {
        open("#features");
        browser.run("document.getElementById('grid').focus()");
        String first = text(CHOSEN);
        browser.press("Down", "Down", "j");
        assertNotEquals(first, text(CHOSEN));
        browser.press("k", "Up", "Up");
        assertEquals(first, text(CHOSEN));
        browser.press("End");
        browser.until("document.getElementById('next').disabled");
        browser.press("Home");
        open("#feature-145");
        browser.press("2");
        assertTrue(
                truth(
                        "document.querySelector('.view.interval').offsetParent && !document.querySelector('.view.top').offsetParent"));
        browser.press("1");
        browser.run("document.querySelector('#detail .view b').focus()");
        assertFalse(truth("document.getElementById('tip').hidden"));
        assertTrue(text("document.getElementById('tip').textContent").contains("true effect on the next token’s loss"));
        browser.press("Right");
        assertTrue(truth("document.activeElement.previousElementSibling.tagName === 'B'"));
        browser.press("Enter");
        assertTrue(truth("document.activeElement.closest('li').classList.contains('open')"));
        browser.press("?");
        assertTrue(truth("document.getElementById('help').open"));
        browser.press("Escape");
        assertFalse(truth("document.getElementById('help').open"));
    }

    @Test
    void tabReachesEveryControlWithVisibleFocus() throws IOException {
        for (String view : List.of("#overview", "#feature-145")) {
            open(view);
            browser.run(
                    "document.querySelector('details').open = true; document.body.tabIndex = -1; document.body.focus()");
            String named = "(e => e.id || (e.closest('.chart') ? e.closest('.chart').getAttribute('class') :"
                    + " e.tagName + '|' + (e.dataset.key || e.name || e.getAttribute('href') || e.textContent.trim())))";
            Set<String> wanted = new HashSet<>();
            browser.run(
                            "return [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex=\"0\"]')]"
                                    + ".filter(e => e.checkVisibility() && !e.disabled).map(" + named + ")")
                    .forEach(name -> wanted.add(name.asText()));
            assertTrue(wanted.size() > 15, wanted.toString());
            for (int i = 0; i < 150 && !wanted.isEmpty(); i++) {
                browser.press("Tab");
                wanted.remove(text(named + "(document.activeElement)"));
                if (truth("document.activeElement.matches('button, a, input, select, [role=grid]')")) {
                    assertTrue(
                            truth("(e => getComputedStyle(e).outlineStyle !== 'none' || getComputedStyle(e.parentNode)"
                                    + ".outlineStyle !== 'none')(document.activeElement)"),
                            text(named + "(document.activeElement)"));
                }
            }
            assertEquals(Set.of(), wanted, view);
        }
    }

    @Test
    void escapesHostileTokens() throws IOException {
        int latent = -1;
        for (FeatureReport report : REPORTS) {
            if (logits(report).contains("</script><img")) {
                latent = report.latent();
            }
        }
        open("#feature-" + latent + "&query=" + "%3C%2Fscript%3E%3Cimg");
        assertTrue(text("document.getElementById('detail').textContent")
                .contains("</script><img onerror=alert(1) src=x>"));
        assertTrue(number("document.querySelectorAll('.row').length") > 0);
        assertEquals(0, number("document.querySelectorAll('img').length"));
        // Also through the JSON of a feature and through the label of a filter.
        JsonNode copied = copied();
        assertEquals(latent, copied.get("feature").asInt());
        assertTrue(copied.toString().contains("</script><img onerror=alert(1) src=x>"));
        open("#features&label=" + "%3C%2Fscript%3E%3Cimg%20onerror%3Dalert(2)%20src%3Dx%3E");
        assertTrue(number("document.querySelectorAll('.row').length") > 0);
        assertTrue(text("document.getElementById('chips').textContent").contains("<img onerror=alert(2)"));
        assertEquals(0, number("document.querySelectorAll('img').length"));
    }

    @Test
    void copiedJsonEqualsTheReport() throws IOException {
        open("#feature-145");
        JsonNode copied = copied();
        FeatureReport report = REPORTS.get(145);
        assertEquals(
                report.stats().density(),
                copied.at("/statistics/density").asDouble(),
                1e-3 * report.stats().density());
        assertEquals(report.neighbours().size(), copied.get("neighbours").size());
        assertEquals(
                report.cofiring().get(0).together(),
                copied.at("/cofiring/0/together").asLong(),
                50);
        Example example = report.topExamples().get(0);
        JsonNode read = copied.at("/examples/0");
        assertEquals(example.position(), read.get("position").asLong());
        assertEquals(example.peak(), read.get("peak").asInt());
        assertEquals(
                String.join("", example.tokens()),
                String.join(
                        "",
                        StreamSupport.stream(read.get("tokens").spliterator(), false)
                                .map(JsonNode::asText)
                                .toList()));
        assertEquals(
                example.peakValue(), read.get("activations").get(example.peak()).asDouble(), 0.01);
        TokenEffect effect = report.effects().get(0).tokens().get(example.peak());
        if (example.peak() + 1 < example.tokens().size()) {
            assertEquals(
                    effect.lossChange(),
                    read.get("lossChange").get(example.peak()).asDouble(),
                    1e-3);
        }
        assertEquals(5, copied.get("byInterval").size());
    }

    @Test
    void showsFeaturesWithoutScripts() throws IOException {
        try (Browser plain = Browser.open(folder.resolve("plain"))) {
            plain.forbidScripts();
            plain.open(page, "");
            assertEquals(
                    100,
                    plain.run("return document.querySelectorAll('article').length")
                            .asInt());
            assertEquals(
                    List.of(true, true, false, false),
                    List.of(
                            plain.run("return document.querySelector('.cards').checkVisibility()")
                                    .asBoolean(),
                            plain.run("return document.querySelector('article h3').checkVisibility()")
                                    .asBoolean(),
                            plain.run("return document.getElementById('browser').checkVisibility()")
                                    .asBoolean(),
                            plain.run("return document.querySelector('.tools').checkVisibility()")
                                    .asBoolean()));
            assertEquals(List.of(), plain.complaints());
        }
    }

    @Test
    void opensTwentyThousandFeatures() throws IOException {
        Path large = folder.resolve("large.html");
        new Dashboard(new SyntheticFeatures(20_000, 2).brief()).write(large);
        browser.open(large, "#features");
        browser.until("document.documentElement.dataset.ready");
        long ready = number("document.documentElement.dataset.ready");
        browser.until("document.querySelector('#detail h3')");
        System.out.printf(
                "a page of 20,000 latents (%,d MB) lists them %,d ms after it was asked for%n",
                Files.size(large) / 1_000_000, ready);
        assertTrue(ready < 2_000, ready + " ms");
        browser.press("/");
        browser.type("miller");
        assertTrue(number("document.querySelectorAll('.row').length") < 60);
    }

    @Test
    void reportsInANotebookDoNotAffectEachOther() throws IOException {
        FeatureReport report = REPORTS.get(145);
        String outside = "<h3 class=\"feature\">outside</h3><ol class=\"labels\"><li>one</li></ol><h2>two</h2>";
        Path bare = Files.writeString(folder.resolve("bare.html"), "<!doctype html><meta charset=utf-8>" + outside);
        Path notebook = Files.writeString(
                folder.resolve("notebook.html"),
                "<!doctype html><meta charset=utf-8>" + outside + report.toHtml() + report.toHtml());
        String look = "JSON.stringify([...document.body.children].slice(0, 3).map(e => { const s = getComputedStyle(e);"
                + " return [...s].filter(name => !/size|width|origin/.test(name)).map(name => s.getPropertyValue(name)); }))";
        browser.open(bare, "");
        String before = text(look);
        browser.open(notebook, "");
        assertEquals(before, text(look));
        assertTrue(truth("document.querySelectorAll('style').length === 2"));
        assertTrue(truth(
                "(ids => new Set(ids).size === ids.length)([...document.querySelectorAll('[id]')].map(e => e.id))"));
        // A choice in one report does not change the other.
        browser.run("document.querySelectorAll('input[value=interval]')[1].click()");
        assertEquals(
                "[true,false,false,true]",
                text(
                        "JSON.stringify(['top', 'interval'].flatMap(view => [...document.querySelectorAll('.view.' + view)]"
                                + ".map(e => e.checkVisibility())))"));
        assertEquals(
                "rgb(255, 255, 255)",
                text("getComputedStyle(document.querySelectorAll('article')[1]).backgroundColor"));
        browser.run("document.body.dataset.jpThemeLight = 'false'");
        assertEquals(
                "rgb(27, 29, 33)", text("getComputedStyle(document.querySelectorAll('article')[1]).backgroundColor"));
    }

    @Test
    void rendersADashboardInANotebookAsAFrame() throws IOException {
        String frame = SyntheticFeatures.dashboard(60).toHtml();
        Path notebook = Files.writeString(folder.resolve("frame.html"), "<!doctype html><meta charset=utf-8>" + frame);
        browser.open(notebook, "");
        browser.frame(0);
        browser.until("document.documentElement.dataset.ready");
        browser.run("document.getElementById('to-features').click()");
        browser.until("document.querySelector('#detail h3')");
        String first = heading();
        browser.press("j");
        browser.until("document.querySelector('#detail h3').textContent !== '" + first + "'");
        assertEquals(0, number("document.querySelectorAll('img').length"));
    }

    private static void open(String fragment) throws IOException {
        browser.open(page, fragment);
        browser.until("document.documentElement.dataset.ready");
        if (!fragment.equals("#overview")) {
            browser.until("document.querySelector('#detail .examples, #detail .empty')");
        }
    }

    private static JsonNode copied() throws IOException {
        browser.run("navigator.clipboard.writeText = async text => { window.copied = text; };"
                + "document.getElementById('copy-json').click()");
        browser.until("window.copied");
        return Json.mapper().readTree(text("window.copied"));
    }

    private static String heading() throws IOException {
        return text("document.querySelector('#detail h3').textContent");
    }

    private static String text(String expression) throws IOException {
        return browser.run("return " + expression).asText();
    }

    private static long number(String expression) throws IOException {
        return browser.run("return " + expression).asLong();
    }

    private static boolean truth(String expression) throws IOException {
        return browser.run("return !!(" + expression + ")").asBoolean();
    }

    private static List<String> labels(FeatureReport report) {
        return new ConceptNames(SyntheticFeatures.concepts()).apply(report).labels();
    }

    private static String peaks(FeatureReport report) {
        return report.topExamples().stream()
                .map(example -> example.tokens().get(example.peak()))
                .distinct()
                .limit(4)
                .toList()
                .toString();
    }

    private static String logits(FeatureReport report) {
        List<TokenLogit> shown = new ArrayList<>();
        shown.addAll(
                report.topLogits().subList(0, Math.min(5, report.topLogits().size())));
        shown.addAll(report.bottomLogits()
                .subList(0, Math.min(5, report.bottomLogits().size())));
        return shown.stream().map(TokenLogit::token).toList().toString();
    }
}
