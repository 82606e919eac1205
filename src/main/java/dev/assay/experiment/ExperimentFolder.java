package dev.assay.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.AtomicFiles;
import dev.assay.io.FileFailures;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.io.TemporaryNames;
import dev.assay.provenance.AssayVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The layout of a folder of results. */
record ExperimentFolder(Path path) {
    static final String DESCRIPTION = "experiment.json";
    static final String PAGE = "index.html";
    static final String OPTIONS = "options";
    static final String SEEDS = "seeds";

    private static final String NAME = "experiment";
    static final String VERSION = "assay_version";

    Path cells() {
        return path.resolve("cells");
    }

    Path artifacts() {
        return path.resolve("artifacts");
    }

    Path tables() {
        return path.resolve("tables");
    }

    Path figures() {
        return path.resolve("figures");
    }

    Path description() {
        return path.resolve(DESCRIPTION);
    }

    Path page() {
        return path.resolve(PAGE);
    }

    /** Returns what the folder says before any result: experiment, version and options. */
    static ObjectNode head(Experiment experiment, ObjectNode options) {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put(NAME, experiment.name()).put("question", experiment.question());
        json.put(VERSION, AssayVersion.current());
        json.set(OPTIONS, options);
        return json;
    }

    /**
     * Begins or resumes an experiment. The caller holds the lock of the folder.
     *
     * @throws InvalidInputException if the folder holds something else, or the same experiment with other options
     */
    void begin(Experiment experiment, ObjectNode options) throws IOException {
        if (Files.exists(description())) {
            requireSame(experiment, options);
        } else {
            requireEmpty();
        }
        if (!isBegun()) {
            ObjectNode json = head(experiment, options).put("complete", false);
            AtomicFiles.writeString(description(), Json.pretty(json));
        }
        for (Path part : List.of(path, cells(), tables(), figures(), artifacts())) {
            FileFailures.createFolder(part);
            deleteRemains(part);
        }
    }

    /** Returns whether there is a finished cell. Options that failed before, such as a wrong setting, do not count. */
    private boolean isBegun() throws IOException {
        for (Path part : List.of(cells(), artifacts())) {
            if (Files.exists(part)) {
                try (Stream<Path> entries = Files.list(part)) {
                    for (Path entry : entries.toList()) {
                        if (!TemporaryNames.isIgnored(entry)) {
                            return true;
                        }
                    }
                }
            }
        }
        return false;
    }

    private void requireSame(Experiment experiment, ObjectNode options) throws IOException {
        JsonObject stored = JsonObject.read(description());
        String other = stored.text(NAME);
        InvalidInputException.require(
                other.equals(experiment.name()),
                () -> path + " holds experiment " + other + ", expected a new folder for experiment "
                        + experiment.name());
        if (!isBegun()) {
            return;
        }
        ObjectNode before = stored.object(OPTIONS).node();
        before.put(VERSION, stored.text(VERSION));
        ObjectNode now = options.deepCopy().put(VERSION, AssayVersion.current());
        Set<String> fields = new LinkedHashSet<>();
        before.fieldNames().forEachRemaining(fields::add);
        now.fieldNames().forEachRemaining(fields::add);
        // Cells of a seed do not depend on the number of seeds, so that a run with another number uses them.
        fields.remove(SEEDS);
        String differences = fields.stream()
                .filter(field -> !before.path(field).equals(now.path(field)))
                .map(field -> field + " is " + shown(before.path(field)) + ", requested was " + shown(now.path(field)))
                .collect(Collectors.joining("; "));
        InvalidInputException.require(
                differences.isEmpty(),
                () -> path + " holds experiment " + other + " with other options: " + differences
                        + "; expected a new folder, or the same options to resume");
    }

    private static String shown(JsonNode value) {
        return value.isMissingNode() ? "not set" : value.asText();
    }

    private void requireEmpty() throws IOException {
        if (Files.exists(path)) {
            try (Stream<Path> entries = Files.list(path)) {
                for (Path entry : entries.sorted().toList()) {
                    InvalidInputException.require(
                            TemporaryNames.isIgnored(entry),
                            () -> path + " holds " + entry.getFileName()
                                    + ", expected a new or empty folder, or one with results of this experiment");
                }
            }
        }
    }

    /** Deletes the temporary files of a process that was killed. */
    private static void deleteRemains(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> entries = Files.list(folder)) {
            files = entries.toList();
        }
        for (Path file : files) {
            if (Files.isRegularFile(file) && TemporaryNames.isTemporary(file)) {
                Files.delete(file);
            }
        }
    }
}
