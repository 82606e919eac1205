package dev.assay.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationBuffer;
import dev.assay.activation.ActivationProvenance;
import dev.assay.checkpoint.AtomicFiles;
import dev.assay.checkpoint.Json;
import dev.assay.checkpoint.Safetensors;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Checkpoints of a run, each one file {@code step-N.safetensors} that holds all a run needs to continue bit for bit: parameters,
 * moments, counters, the pool of the shuffling buffer, and, as JSON in the file's metadata, the plan and the places.
 */
final class TrainingCheckpoints {
    private static final int KEPT = 2;
    private static final String PREFIX = "step-";
    private static final String SUFFIX = ".safetensors";
    private static final String METADATA = "assay";
    private static final String POOL = "buffer.pool";
    private static final String ADVICE = "; use another output folder for another run";

    private final Path folder;

    TrainingCheckpoints(Path folder) {
        this.folder = folder;
    }

    /**
     * What a checkpoint says beside its arrays.
     *
     * @param plan the run's
     * @param source where the activations are from
     * @param steps taken
     * @param scale of the activations
     * @param windowTokens the tokens that the firing counts are over
     * @param buffer the state of the shuffling buffer
     */
    record Header(
            JsonNode plan,
            JsonNode source,
            long steps,
            double scale,
            long windowTokens,
            ActivationBuffer.State buffer) {}

    void save(TrainingState state, ActivationProvenance source, double scale, ActivationBuffer buffer)
            throws IOException {
        Files.createDirectories(folder);
        Header header = new Header(
                Json.mapper().valueToTree(state.plan()),
                Json.mapper().valueToTree(source),
                state.stepsTaken(),
                scale,
                state.dead().windowTokens(),
                buffer.state());
        Map<String, NDArray> arrays = arrays(state);
        arrays.put(POOL, buffer.pool());
        Path file = folder.resolve(PREFIX + String.format("%010d", state.stepsTaken()) + SUFFIX);
        Safetensors.write(file, arrays, Map.of(METADATA, Json.mapper().writeValueAsString(header)));
        List<Path> all = list();
        for (Path old : all.subList(0, Math.max(0, all.size() - KEPT))) {
            Files.delete(old);
        }
        sweep();
    }

    /** Deletes what a killed process had written of a checkpoint. */
    private void sweep() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path remains : files.filter(AtomicFiles::isTemporary).toList()) {
                Files.delete(remains);
            }
        }
    }

    /** Every array of a run under its name in the file. */
    private static Map<String, NDArray> arrays(TrainingState state) {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        put(arrays, "", state.parameters());
        put(arrays, "first_moment.", state.optimizer().moments().get(0));
        put(arrays, "second_moment.", state.optimizer().moments().get(1));
        arrays.put("silent_for", state.dead().silentFor());
        arrays.put("fire_counts", state.dead().fireCounts());
        return arrays;
    }

    private static void put(Map<String, NDArray> arrays, String prefix, DictionaryParameters parameters) {
        for (int i = 0; i < DictionaryParameters.NAMES.size(); i++) {
            arrays.put(
                    prefix + DictionaryParameters.NAMES.get(i),
                    parameters.arrays().get(i));
        }
    }

    /** The newest checkpoint, if there is one. */
    Optional<Path> latest() throws IOException {
        List<Path> all = list();
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    private List<Path> list() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> {
                        String name = file.getFileName().toString();
                        return name.startsWith(PREFIX) && name.endsWith(SUFFIX) && Files.isRegularFile(file);
                    })
                    .sorted(Comparator.comparing(Path::toString))
                    .toList();
        }
    }

    /**
     * Fills a fresh state from a checkpoint.
     *
     * @param file the checkpoint
     * @param state of the same plan; changed
     * @param source where the activations are from now
     * @return the header
     * @throws InvalidInputException when the checkpoint is of another run
     */
    static Header restore(Path file, TrainingState state, ActivationProvenance source) throws IOException {
        try (Scope scope = Scope.open();
                Safetensors stored = Safetensors.open(file)) {
            Header header = header(stored);
            requireSame(file, "", header.plan(), Json.mapper().valueToTree(state.plan()));
            requireSame(file, "", header.source(), Json.mapper().valueToTree(source));
            NDManager manager = state.parameters().encoder().getManager();
            for (Map.Entry<String, NDArray> array : arrays(state).entrySet()) {
                Aten.copy_(array.getValue(), stored.load(manager, array.getKey()));
            }
            state.restore(header.steps(), header.windowTokens());
            return header;
        }
    }

    /** Loads the pool of the shuffling buffer, whose size decides the order of the activations like any option of the plan. */
    static NDArray pool(Path file, NDManager manager, int rows) throws IOException {
        try (Safetensors stored = Safetensors.open(file)) {
            NDArray pool = stored.load(manager, POOL);
            long found = pool.getShape().get(0);
            if (found != rows + rows % 2) {
                throw new InvalidInputException(
                        file + ": the buffer has " + found + " rows in this run, " + rows + " were asked for" + ADVICE);
            }
            return pool;
        }
    }

    private static Header header(Safetensors stored) {
        String json = stored.metadata().get(METADATA);
        if (json == null) {
            throw new InvalidInputException(
                    stored.file() + " is no checkpoint of a training run: its metadata has no \"" + METADATA + "\"");
        }
        try {
            return Json.mapper().readValue(json, Header.class);
        } catch (JsonProcessingException malformed) {
            throw new InvalidInputException(
                    stored.file() + ": \"" + METADATA + "\" in its metadata is malformed: "
                            + malformed.getOriginalMessage(),
                    malformed);
        }
    }

    private static void requireSame(Path file, String path, JsonNode stored, JsonNode asked) {
        if (stored.isObject()) {
            for (Iterator<String> names = asked.fieldNames(); names.hasNext(); ) {
                String name = names.next();
                requireSame(file, path + (path.isEmpty() ? "" : ".") + name, stored.path(name), asked.path(name));
            }
        } else if (!stored.asText().equals(asked.asText())) {
            throw new InvalidInputException(file + ": " + path + " is " + stored.asText() + " in this run, "
                    + asked.asText() + " was asked for" + ADVICE);
        }
    }
}
