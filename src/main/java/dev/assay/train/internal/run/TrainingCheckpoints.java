package dev.assay.train.internal.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationBuffer;
import dev.assay.checkpoint.Safetensors;
import dev.assay.io.Json;
import dev.assay.provenance.EarlierProvenance;
import dev.assay.provenance.Provenance;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.train.internal.step.ActivationScale;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.internal.step.TrainingState;
import dev.assay.train.plan.TrainingPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The content of a checkpoint, one file that holds all a run needs to continue bit for bit: parameters, moments, counters, the pool
 * of the shuffling buffer, and, as JSON in the file's metadata, the plan, the places and the metrics of the last step.
 */
public final class TrainingCheckpoints {
    private static final String METADATA = "assay";
    private static final String POOL = "buffer.pool";
    static final String ADVICE = "; use another output folder for another run";
    private static final String REFUSED_BATCH = "refused_batch";

    private TrainingCheckpoints() {}

    /**
     * What a checkpoint says beside its arrays.
     *
     * @param plan the run's
     * @param source where the activations are from
     * @param steps taken
     * @param scale of the activations
     * @param windowTokens the tokens that the firing counts are over
     * @param buffer the state of the shuffling buffer; null where it is stored elsewhere
     * @param metrics of the last step; may be empty
     */
    public record Header(
            JsonNode plan,
            JsonNode source,
            long steps,
            ActivationScale scale,
            long windowTokens,
            ActivationBuffer.State buffer,
            Map<String, Number> metrics) {}

    /**
     * A run between two steps.
     *
     * @param state parameters, moments, counters
     * @param source where the activations are from
     * @param scale of the activations
     * @param buffer what the next batch comes from; null where it is stored elsewhere
     * @param refusedBatch a batch [batch, d_in] that was already taken from the buffer and scaled, but gave no step; or null
     */
    record RunningState(
            TrainingState state,
            Provenance source,
            ActivationScale scale,
            ActivationBuffer buffer,
            NDArray refusedBatch) {}

    /**
     * Writes a checkpoint.
     *
     * @param file replaced whole if it exists
     * @param run what it is of
     * @param metrics of its last step; may be empty
     */
    static void write(Path file, RunningState run, Map<String, ? extends Number> metrics) throws IOException {
        TrainingState state = run.state();
        Header header = new Header(
                Json.mapper().valueToTree(state.plan()),
                run.source().toJson(),
                state.stepsTaken(),
                run.scale(),
                state.dead().windowTokens(),
                run.buffer() == null ? null : run.buffer().state(),
                new LinkedHashMap<>(metrics));
        Map<String, NDArray> arrays = arrays(state);
        if (run.buffer() != null) {
            arrays.put(POOL, run.buffer().pool());
        }
        if (run.refusedBatch() != null) {
            arrays.put(REFUSED_BATCH, run.refusedBatch());
        }
        Safetensors.write(file, arrays, Map.of(METADATA, Json.mapper().writeValueAsString(header)));
    }

    /**
     * Writes the pool of a shuffling buffer by itself.
     *
     * @param file replaced whole if it exists
     * @param pool [rows, width]
     * @param header what {@link #metadata} reads again
     */
    static void writePool(Path file, NDArray pool, Object header) throws IOException {
        Safetensors.write(
                file, Map.of(POOL, pool), Map.of(METADATA, Json.mapper().writeValueAsString(header)));
    }

    /** Every array of a run under its name in the file. */
    public static Map<String, NDArray> arrays(TrainingState state) {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        put(arrays, "", state.parameters());
        put(arrays, "first_moment.", state.optimizer().moments().get(0));
        put(arrays, "second_moment.", state.optimizer().moments().get(1));
        state.optimizer().average().ifPresent(average -> put(arrays, "average.", average));
        arrays.put("silent_for", state.dead().silentFor());
        arrays.put("fire_counts", state.dead().fireCounts());
        state.objective().state().forEach((name, array) -> arrays.put("objective." + name, array));
        return arrays;
    }

    private static void put(Map<String, NDArray> arrays, String prefix, DictionaryParameters parameters) {
        parameters.byName().forEach((parameter, array) -> arrays.put(prefix + parameter.key(), array));
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
    public static Header restore(Path file, TrainingState state, Provenance source) throws IOException {
        try (Scope scope = Scope.open();
                Safetensors stored = Safetensors.open(file)) {
            Header header = header(stored);
            requireSameRun(file, header, state.plan(), source);
            NDManager manager = state.parameters().encoder().getManager();
            for (Map.Entry<String, NDArray> array : arrays(state).entrySet()) {
                Aten.copy_(array.getValue(), stored.load(manager, array.getKey()));
            }
            state.restore(header.steps(), header.windowTokens());
            return header;
        }
    }

    /** Loads the pool of the shuffling buffer. */
    static NDArray pool(Path file, NDManager manager) throws IOException {
        try (Safetensors stored = Safetensors.open(file)) {
            return stored.load(manager, POOL);
        }
    }

    /** Copies the batch that gave no step into an array, if the checkpoint has one; returns whether it has. */
    static boolean refusedBatch(Path file, NDArray x) throws IOException {
        try (Scope scope = Scope.open();
                Safetensors stored = Safetensors.open(file)) {
            if (stored.has(REFUSED_BATCH)) {
                Aten.copy_(x, stored.load(x.getManager(), REFUSED_BATCH));
                return true;
            }
            return false;
        }
    }

    /** Reads what a checkpoint says beside its arrays. */
    public static Header header(Path file) throws IOException {
        try (Safetensors stored = Safetensors.open(file)) {
            return header(stored);
        }
    }

    private static Header header(Safetensors stored) {
        return metadata(stored, Header.class);
    }

    /** Reads what a file of this class says beside its arrays. */
    static <T> T metadata(Safetensors stored, Class<T> type) {
        String json = stored.metadata().get(METADATA);
        if (json == null) {
            throw new InvalidInputException(
                    stored.file() + " is no checkpoint of a training run: its metadata has no \"" + METADATA + "\"");
        }
        try {
            return Json.mapper().readValue(json, type);
        } catch (JsonProcessingException malformed) {
            throw new InvalidInputException(
                    stored.file() + ": \"" + METADATA + "\" in its metadata is malformed: "
                            + malformed.getOriginalMessage(),
                    malformed);
        }
    }

    /** Refuses a checkpoint of another plan or of other activations, naming what differs. */
    static void requireSameRun(Path file, Header header, TrainingPlan plan, Provenance source) {
        requireSame(file, "", header.plan(), Json.mapper().valueToTree(plan));
        requireSameSource(file, header.source(), source);
    }

    /** Refuses other activations, naming the field that differs. */
    static void requireSameSource(Path file, JsonNode stored, Provenance asked) {
        requireSame(file, "", EarlierProvenance.ofCheckpoint(file, stored).identity(), asked.identity());
    }

    /** Refuses what differs from what a file says, naming it. */
    static void requireSame(Path file, String path, JsonNode stored, JsonNode asked) {
        if (stored.isObject()) {
            for (Iterator<String> names = asked.fieldNames(); names.hasNext(); ) {
                String name = names.next();
                requireSame(file, path + (path.isEmpty() ? "" : ".") + name, stored.path(name), asked.path(name));
            }
        } else if (stored.isArray() ? !stored.equals(asked) : !stored.asText().equals(asked.asText())) {
            throw new InvalidInputException(file + ": " + path + " is " + text(stored) + " in this run, " + text(asked)
                    + " was asked for" + ADVICE);
        }
    }

    private static String text(JsonNode value) {
        return value.isValueNode() ? value.asText() : value.toString();
    }
}
