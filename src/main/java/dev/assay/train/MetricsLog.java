package dev.assay.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.checkpoint.AtomicFiles;
import dev.assay.checkpoint.Json;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** Metrics as JSON lines, under the names that SAELens logs. */
final class MetricsLog implements AutoCloseable {
    static final String STEP = "step";

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
            StringBuilder kept = new StringBuilder();
            for (String line : Files.readAllLines(file)) {
                if (isUpTo(line, stepsTaken)) {
                    kept.append(line).append('\n');
                }
            }
            AtomicFiles.writeString(file, kept.toString());
        }
        writer = Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static boolean isUpTo(String line, long step) {
        try {
            JsonNode node = Json.mapper().readTree(line);
            return node.path(STEP).isNumber() && node.path(STEP).asLong() <= step;
        } catch (IOException torn) {
            return false; // the process died while it wrote this line
        }
    }

    void write(Map<String, ?> metrics) throws IOException {
        writer.write(Json.mapper().writeValueAsString(metrics));
        writer.newLine();
        writer.flush();
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
