package dev.assay.train.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {
    @TempDir
    private Path folder;

    private Path fill(long... steps) throws IOException {
        Path file = folder.resolve("run/metrics.jsonl");
        try (MetricsLog log = new MetricsLog(file, 0)) {
            for (long step : steps) {
                log.step(
                        new TrainingProgress("run", step, 40, 16),
                        Map.of("metrics/l0", step == 30 ? Double.NaN : step / 4.0));
            }
        }
        return file;
    }

    @Test
    void writesStepAndNumbersPerLine() throws IOException {
        assertEquals("{\"step\":10,\"metrics/l0\":2.5}\n", Files.readString(fill(10)));
    }

    @Test
    void dropsLaterAndIncompleteLines() throws IOException {
        Path file = fill(10, 20, 30);
        String whole = Files.readString(file);
        Files.writeString(file, "{\"step\":2, \"metr", StandardOpenOption.APPEND);
        new MetricsLog(file, 30).close();
        assertEquals(whole, Files.readString(file));
        new MetricsLog(file, 29).close();
        assertEquals(2, Files.readAllLines(file).size());
    }

    @Test
    void replaysLinesUpToAStep() throws IOException {
        List<String> read = new ArrayList<>();
        MetricsLog.MetricsReader reader = (step, metrics) -> read.add(step + " " + metrics);
        MetricsLog.replay(folder.resolve("none"), 99, reader);
        MetricsLog.replay(fill(10, 20, 30, 40), 30, reader);
        assertEquals(List.of("10 {metrics/l0=2.5}", "20 {metrics/l0=5.0}", "30 {metrics/l0=NaN}"), read);
    }
}
