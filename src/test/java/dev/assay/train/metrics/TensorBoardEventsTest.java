package dev.assay.train.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.train.EventFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardEventsTest {
    private static final Map<String, Number> METRICS = new LinkedHashMap<>();

    static {
        METRICS.put("losses/mse_loss", 16.25);
        METRICS.put("sparsity/dead_features", 12L);
        METRICS.put("metrics/explained_variance", Double.NaN);
    }

    @TempDir
    private Path folder;

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    @Test
    void checksumOfTheTestIsCastagnoli() {
        assertEquals(0xe3069283, EventFile.crc("123456789".getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void startsWithVersionAndSession() throws IOException {
        double before = System.currentTimeMillis() / 1e3;
        try (TensorBoardEvents events = new TensorBoardEvents(folder.resolve("new"), 0)) {
            events.step(new TrainingProgress("run", 10, 40, 16), METRICS);
            events.step(new TrainingProgress("run", 5_000_000_000L, 40, 16), Map.of("metrics/l0", 31.5));
        }
        Path file;
        try (Stream<Path> all = Files.list(folder.resolve("new"))) {
            file = all.findFirst().orElseThrow();
        }
        assertTrue(
                file.getFileName().toString().matches("events\\.out\\.tfevents\\.\\d{10}\\..+\\.assay"),
                file::toString);
        List<EventFile.Event> events = EventFile.read(file);
        assertEquals(4, events.size());
        assertEquals("brain.Event:2", events.get(0).version());
        assertEquals(1, events.get(1).sessionStatus());
        assertEquals(1, events.get(1).step());
        assertEquals(10, events.get(2).step());
        assertEquals(
                List.copyOf(METRICS.keySet()),
                List.copyOf(events.get(2).scalars().keySet()));
        assertEquals(16.25f, events.get(2).scalars().get("losses/mse_loss"));
        assertEquals(12f, events.get(2).scalars().get("sparsity/dead_features"));
        assertEquals(Float.NaN, events.get(2).scalars().get("metrics/explained_variance"));
        assertEquals(5_000_000_000L, events.get(3).step());
        assertEquals(Map.of("metrics/l0", 31.5f), events.get(3).scalars());
        double after = System.currentTimeMillis() / 1e3;
        for (EventFile.Event event : events) {
            assertTrue(event.wallTime() >= before && event.wallTime() <= after, event::toString);
        }
    }

    @Test
    void flushesEachEvent() throws IOException {
        try (TensorBoardEvents events = new TensorBoardEvents(folder, 0)) {
            events.step(new TrainingProgress("run", 10, 40, 16), METRICS);
            assertEquals(3, EventFile.read(files().get(0)).size());
        }
    }

    @Test
    void resumedRunStartsALaterFileThatHidesLaterSteps() throws IOException {
        new TensorBoardEvents(folder, 0).close();
        byte[] older = Files.readAllBytes(files().get(0));
        for (long step : new long[] {40, 20}) { // within one second
            new TensorBoardEvents(folder, step).close();
            List<Path> files = files();
            EventFile.Event session =
                    EventFile.read(files.get(files.size() - 1)).get(1);
            assertEquals(step + 1, session.step());
            assertEquals(1, session.sessionStatus());
        }
        assertEquals(3, files().size());
        assertEquals(older.length, Files.size(files().get(0)), "an older file is left as it is");
    }
}
