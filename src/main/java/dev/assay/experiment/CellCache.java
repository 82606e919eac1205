package dev.assay.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.AtomicFiles;
import dev.assay.io.AtomicFolder;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/** The finished cells of an experiment, one file or folder each. A cell that was interrupted leaves nothing behind. */
final class CellCache {
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._=+-]{0,150}");

    private final Path cells;
    private final Path artifacts;
    private final Set<Path> counted = new HashSet<>();
    private double seconds;
    private int computed;
    private int found;

    CellCache(ExperimentFolder folder) {
        cells = folder.cells();
        artifacts = folder.artifacts();
    }

    /** Returns a cell, computed and stored unless it is stored already. */
    <T> T cell(String key, Class<T> type, Computation<T> computation) throws IOException {
        Path file = cells.resolve(checked(key) + ".json");
        if (!Files.exists(file)) {
            long start = System.nanoTime();
            T value = computation.compute();
            ObjectNode json = Json.mapper().createObjectNode().put("key", key);
            json.put("seconds", (System.nanoTime() - start) / 1e9);
            json.set("value", Json.mapper().valueToTree(value));
            AtomicFiles.writeString(file, Json.pretty(json));
            computed++;
        } else if (!counted.contains(file)) {
            found++;
        }
        // A value that was just computed is read back too, so that a resumed run uses the same digits.
        JsonObject stored = JsonObject.read(file);
        if (counted.add(file)) {
            seconds += stored.number("seconds");
        }
        if (!stored.node().hasNonNull("value")) {
            throw new InvalidInputException(file + " has no \"value\"; delete it to compute the cell again");
        }
        try {
            return Json.mapper().treeToValue(stored.node().get("value"), type);
        } catch (JsonProcessingException mismatch) {
            throw new InvalidInputException(
                    file + " is no finished cell: " + mismatch.getOriginalMessage() + "; delete it to compute it again",
                    mismatch);
        }
    }

    /** Returns the folder of an artifact, written unless it exists. */
    Path artifact(String key, Writer writer) throws IOException {
        Path folder = artifacts.resolve(checked(key));
        AtomicFolder.recover(folder);
        if (!Files.exists(folder)) {
            long start = System.nanoTime();
            AtomicFolder.write(folder, writer::write);
            double elapsed = (System.nanoTime() - start) / 1e9;
            AtomicFiles.writeString(
                    cells.resolve(key + ".artifact.json"),
                    Json.pretty(Json.mapper().createObjectNode().put("key", key).put("seconds", elapsed)));
            computed++;
        } else if (!counted.contains(folder)) {
            found++;
        }
        Path time = cells.resolve(key + ".artifact.json");
        if (counted.add(folder) && Files.exists(time)) {
            seconds += JsonObject.read(time).number("seconds");
        }
        return folder;
    }

    private static String checked(String key) {
        if (!KEY.matcher(key).matches()) {
            throw new IllegalArgumentException("\"" + key + "\" is no key of letters, digits and . _ = + -");
        }
        return key;
    }

    /** The time that all cells of the run took when they were computed. */
    double seconds() {
        return seconds;
    }

    /** The number of cells that this process has computed. */
    int computed() {
        return computed;
    }

    /** The number of cells that an earlier process had computed. */
    int found() {
        return found;
    }

    /** Computes a value. */
    @FunctionalInterface
    interface Computation<T> {
        T compute() throws IOException;
    }

    /** Writes files into a new folder. */
    @FunctionalInterface
    interface Writer {
        void write(Path folder) throws IOException;
    }
}
