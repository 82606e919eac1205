package dev.assay.train.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.io.AtomicFiles;
import dev.assay.io.FileFailures;
import dev.assay.io.Json;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes metrics as JSON lines under the names that SAELens logs, and replays the lines of an earlier part of the run. */
final class MetricsLog implements TrainingListener, AutoCloseable {
    private static final String STEP = "step";

    private final Path file;
    private final BufferedWriter writer;

    /**
     * Opens a log. Lines of later steps are dropped: they are from the time between the last checkpoint and an interruption.
     *
     * @param file appended to, created when missing
     * @param stepsTaken the step after which the run continues
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
        this.file = file;
        writer = Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /**
     * Reads the lines of a log in order.
     *
     * @param file the log; a missing file has no lines
     * @param lastStep later lines are skipped
     * @param reader called for each line
     */
    static void replay(Path file, long lastStep, MetricsReader reader) throws IOException {
        if (Files.exists(file)) {
            forEachLine(file, lastStep, (line, step, metrics) -> reader.read(step, metrics));
        }
    }

    /** Receives the metrics of one line. */
    @FunctionalInterface
    interface MetricsReader {
        void read(long step, Map<String, Double> metrics);
    }

    @FunctionalInterface
    private interface LineReader {
        void read(String line, long step, Map<String, Double> metrics) throws IOException;
    }

    private static void forEachLine(Path file, long lastStep, LineReader reader) throws IOException {
        // Unlike Files.newBufferedReader, this accepts damaged characters: their line is dropped.
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
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
    public void step(TrainingProgress progress, Map<String, Number> metrics) throws IOException {
        Map<String, Number> line = new LinkedHashMap<>();
        line.put(STEP, progress.step());
        line.putAll(metrics);
        try {
            writer.write(Json.mapper().writeValueAsString(line));
            writer.newLine();
            writer.flush();
        } catch (IOException failure) {
            throw FileFailures.named(file, failure);
        }
    }

    @Override
    public void finish(TrainingProgress progress) throws IOException {
        close();
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
