package dev.assay.train.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.io.Json;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

class RunReportTest {
    private static final long SECOND = 1_000_000_000L;

    @TempDir
    private Path folder;

    private long now;

    private Path page() {
        return folder.resolve("report.html");
    }

    private RunReport report(String title, int steps, long stepsTaken) throws IOException {
        JsonNode options = Json.mapper().readTree("{\"dSae\":16384,\"optimizer\":{\"beta1\":0.9},\"text\":\"a<b\"}");
        RunInfo facts = new RunInfo(title, "blocks.0 of a model", steps, 16, options);
        return new RunReport(page(), facts, folder.resolve("metrics.jsonl"), stepsTaken, () -> now);
    }

    private static Map<String, Number> metrics(double loss) {
        Map<String, Number> metrics = new LinkedHashMap<>();
        metrics.put("details/n_training_samples", 160L);
        metrics.put("losses/overall_loss", loss);
        metrics.put("losses/auxiliary_reconstruction_loss", 0.0);
        metrics.put("metrics/explained_variance", Double.NaN);
        metrics.put("something/new<b>", -loss);
        return metrics;
    }

    @Test
    void refreshesThePageOnlyWhileRunning() throws IOException {
        try (RunReport report = report("first", 40, 0)) {
            assertFalse(Files.exists(page()));
            now += 10 * SECOND;
            report.step(new TrainingProgress("run", 10, 40, 16), metrics(3));
            String running = Files.readString(page());
            assertTrue(running.contains("<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript>"));
            assertTrue(running.contains("step 10 of 40"));
            assertTrue(running.contains("running, 30 s left"));
            report.step(new TrainingProgress("run", 40, 40, 16), metrics(2));
        }
        String done = Files.readString(page());
        assertFalse(done.contains("http-equiv=\"refresh\""));
        assertTrue(done.contains("<b class=\"done\">100.0 %</b>"));
        assertTrue(done.contains("data-refresh=\"0\""));
    }

    @Test
    void reportsAStoppedRun() throws IOException {
        try (RunReport report = report("first", 40, 0)) {
            report.step(new TrainingProgress("run", 30, 40, 16), metrics(3));
        }
        String page = Files.readString(page());
        assertTrue(page.contains("stopped before its end"));
        assertFalse(page.contains("http-equiv=\"refresh\""));
    }

    @Test
    void writesThePageAtMostEveryFewSeconds() throws IOException {
        try (RunReport report = report("first", 1000, 0)) {
            report.step(new TrainingProgress("run", 10, 40, 16), metrics(3));
            now += 2 * SECOND;
            report.step(new TrainingProgress("run", 20, 40, 16), metrics(3));
            assertTrue(Files.readString(page()).contains("step 10 of 1,000"));
            now += SECOND;
            report.step(new TrainingProgress("run", 30, 40, 16), metrics(3));
            assertTrue(Files.readString(page()).contains("step 30 of 1,000"));
        }
    }

    @Test
    void limitsWritingToAHundredthOfTheTime() throws IOException {
        LongSupplier slow = () -> now += SECOND; // a second between any two looks at the clock, and so for a page
        RunInfo facts = new RunInfo("slow", "", 1000, 16, Json.mapper().createObjectNode());
        try (RunReport report = new RunReport(page(), facts, folder.resolve("metrics.jsonl"), 0, slow)) {
            report.step(new TrainingProgress("run", 10, 40, 16), metrics(3));
            now += 98 * SECOND;
            report.step(new TrainingProgress("run", 20, 40, 16), metrics(3));
            assertTrue(Files.readString(page()).contains("step 10 of 1,000"));
            report.step(new TrainingProgress("run", 30, 40, 16), metrics(3));
            assertTrue(Files.readString(page()).contains("step 30 of 1,000"));
        }
    }

    @Test
    void drawsCurvesOfAResumedRunFromItsStart() throws IOException {
        try (MetricsLog log = new MetricsLog(folder.resolve("metrics.jsonl"), 0)) {
            for (int step = 10; step <= 30; step += 10) {
                log.step(new TrainingProgress("run", step, 40, 16), metrics(step));
            }
        }
        try (RunReport report = report("first", 40, 20)) {
            report.step(new TrainingProgress("run", 30, 40, 16), metrics(7));
        }
        MatchResult overall = Pattern.compile("data-name=\"overall\" data-steps=\"([^\"]*)\" data-values=\"([^\"]*)\"")
                .matcher(Files.readString(page()))
                .results()
                .findFirst()
                .orElseThrow();
        assertEquals("10 20 30", overall.group(1));
        assertEquals("10.00 20.00 7.000", overall.group(2));
    }

    @Test
    void keepsThePageOfALongRunSmall() throws IOException {
        try (RunReport report = report("long", 1_000_000, 0)) {
            for (int step = 10; step <= 1_000_000; step += 10) {
                Map<String, Number> metrics = metrics(Math.sin(step) + 2 + 1000.0 / step);
                metrics.put("metrics/explained_variance", 1 - 1.0 / step);
                now++; // too little for a page
                report.step(new TrainingProgress("run", step, 40, 16), metrics);
            }
        }
        assertTrue(Files.size(page()) < 250_000, "bytes: " + Files.size(page()));
        List<Integer> points = Pattern.compile(" points=\"([^\"]+)\"")
                .matcher(Files.readString(page()))
                .results()
                .map(found -> found.group(1).split(" ").length)
                .toList();
        assertEquals(4, points.size());
        for (int number : points) {
            assertTrue(number > 100 && number <= 500, "points: " + number);
        }
    }

    @Test
    void escapesTextOnThePage() throws Exception {
        try (RunReport report = report("a </title><b>{{script}}", 10, 0)) {
            report.step(new TrainingProgress("run", 10, 40, 16), metrics(3));
        }
        String page = Files.readString(page());
        assertTrue(page.contains("<h1>a &lt;/title&gt;&lt;b&gt;{{script}}</h1>"));
        assertTrue(page.contains("<h2>new&lt;b&gt;</h2>"));
        assertTrue(page.contains("<dt>optimizer.beta1</dt><dd>0.9</dd>"));
        assertTrue(page.contains("<dt>text</dt><dd>a&lt;b</dd>"));
        assertTrue(page.contains("<dt>dSae</dt><dd>16,384</dd>"));
        assertFalse(page.matches("(?s).*(src|href)=.*"), "nothing is loaded from elsewhere");
        for (MatchResult svg :
                Pattern.compile("(?s)<svg.*?</svg>").matcher(page).results().toList()) {
            DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(svg.group()))); // well-formed
        }
    }
}
