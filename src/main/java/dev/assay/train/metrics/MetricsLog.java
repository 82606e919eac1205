package dev.assay.train.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.io.AtomicFiles;
import dev.assay.io.Json;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** Metrics as JSON lines, under the names that SAELens logs. The record from which other sinks learn what was before they began. */
final class MetricsLog implements MetricsSink {
    private static final String STEP = "step";

    private final BufferedWriter writer;

    /**
     * Opens a log; lines of later steps, left by a run that went on after its last checkpoint, are dropped.
     *
     * @param file appended to, made when missing
     * @param stepsTaken the step that the run continues after
     */
    MetricsLog(Path file, long stepsTaken) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        if (Files.exists(file)) {
            AtomicFiles.write(file, out -> {
                Writer kept = new OutputStreamWriter(out, StandardCharsets.UTF_8);
                forEachLine(
                        file,
                        stepsTaken,
                        (line, step, metrics) -> kept.append(line).append('\n'));
                kept.flush();
            });
        }
        writer = Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /**
     * Tells another sink what a log holds.
     *
     * @param file the log; one that is missing holds nothing
     * @param lastStep later lines are left out
     * @param sink is given each line, but not closed
     */
    static void replay(Path file, long lastStep, MetricsSink sink) throws IOException {
        if (Files.exists(file)) {
            forEachLine(file, lastStep, (line, step, metrics) -> sink.write(step, metrics));
        }
    }

    @FunctionalInterface
    private interface LineReader {
        void read(String line, long step, Map<String, Double> metrics) throws IOException;
    }

    private static void forEachLine(Path file, long lastStep, LineReader reader) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode node = parse(line);
                long step = node.path(STEP).asLong(Long.MAX_VALUE);
                if (step <= lastStep) {
                    Map<String, Double> metrics = new LinkedHashMap<>();
                    node.properties().forEach(field -> {
                        if (!field.getKey().equals(STEP)) {
                            metrics.put(field.getKey(), field.getValue().asDouble(Double.NaN));
                        }
                    });
                    reader.read(line, step, metrics);
                }
            }
        }
    }

    private static JsonNode parse(String line) {
        try {
            return Json.mapper().readTree(line);
        } catch (IOException torn) {
            return Json.mapper().missingNode(); // the process died while it wrote this line
        }
    }

    @Override
    public void write(long step, Map<String, ? extends Number> metrics) throws IOException {
        Map<String, Number> line = new LinkedHashMap<>();
        line.put(STEP, step);
        line.putAll(metrics);
        writer.write(Json.mapper().writeValueAsString(line));
        writer.newLine();
        writer.flush();
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
