package dev.assay.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.activation.CountingSource;
import dev.assay.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that is interrupted and watched in every way. */
class WatchedRunTest {
    @TempDir
    private Path folder;

    private SaeTrainer trainer(CountingSource source) {
        return SmallRun.trainer(source, folder).tensorBoard(true);
    }

    @Test
    void logEventsAndReportAgreeAfterAnInterruption() throws IOException {
        int[] passes = {22};
        CountingSource failing = SmallRun.source().listener(pass -> {
            if (--passes[0] == 0) {
                throw new IOException("killed");
            }
        });
        assertThrows(IOException.class, () -> trainer(failing).train());
        assertTrue(Files.readString(folder.resolve("report.html")).contains("stopped before its end"));
        trainer(SmallRun.source()).train().close();

        Map<Long, Map<String, Float>> events = new TreeMap<>();
        List<Path> files;
        try (Stream<Path> all = Files.list(folder.resolve("tensorboard"))) {
            files = all.sorted().toList();
        }
        assertEquals(2, files.size());
        for (Path file : files) {
            for (EventFile.Event event : EventFile.read(file)) {
                if (event.sessionStatus() == 1) { // what TensorBoard then does
                    events.keySet().removeIf(step -> step >= event.step());
                } else if (!event.scalars().isEmpty()) {
                    events.put(event.step(), event.scalars());
                }
            }
        }
        List<String> lines = Files.readAllLines(folder.resolve("metrics.jsonl"));
        assertEquals(List.of(10L, 20L, 30L, 40L), List.copyOf(events.keySet()));
        List<String> losses = new ArrayList<>();
        for (String line : lines) {
            JsonNode node = Json.mapper().readTree(line);
            Map<String, Float> event = events.get(node.get("step").asLong());
            assertEquals(node.size() - 1, event.size());
            event.forEach((name, value) -> assertEquals(node.get(name).floatValue(), value, name));
            assertTrue(event.get("details/tokens_per_second") > 0);
            losses.add(String.format("%.4g", node.get("losses/overall_loss").doubleValue()));
        }
        String page = Files.readString(folder.resolve("report.html"));
        assertTrue(page.contains(
                "data-name=\"overall\" data-steps=\"10 20 30 40\" data-values=\"" + String.join(" ", losses) + "\""));
        assertTrue(page.contains("<b class=\"done\">100.0 %</b>"));
        assertTrue(page.contains("<dt>dSae</dt><dd>24</dd>"));
    }

    @Test
    void monitoringChangesNoWeightAndCanBeDisabled() throws IOException {
        List<float[]> watched = SmallRun.numbers(trainer(SmallRun.source()).train());
        Path quiet = folder.resolve("quiet");
        List<float[]> unwatched = SmallRun.numbers(
                SmallRun.trainer(SmallRun.source(), quiet).report(false).train());
        for (int i = 0; i < watched.size(); i++) {
            assertArrayEquals(watched.get(i), unwatched.get(i));
        }
        assertTrue(Files.exists(quiet.resolve("metrics.jsonl")));
        assertFalse(Files.exists(quiet.resolve("report.html")));
        assertFalse(Files.exists(quiet.resolve("tensorboard")));
    }
}
