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
import dev.assay.tensor.ProductPrecision;
import dev.assay.tensor.Scope;
import dev.assay.train.internal.step.ActivationScale;
import dev.assay.train.internal.step.TrainingState;
import dev.assay.train.plan.EncoderProduct;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.DictionaryParameters;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads and writes checkpoints: files with parameters, moments, counters and the pool of the shuffling buffer and, as JSON in their
 * metadata, the plan, the position of the run and the metrics of the last step. A run resumes from them bit for bit.
 */
public final class TrainingCheckpoints {
    private static final String METADATA = "assay";
    private static final String POOL = "buffer.pool";
    static final String ADVICE = "; use another output folder for another run";
    private static final String REFUSED_BATCH = "refused_batch";

    private TrainingCheckpoints() {}

    /**
     * The metadata of a checkpoint.
     *
     * @param plan of the run
     * @param source provenance of the activations
     * @param steps taken
     * @param scale of the activations
     * @param windowTokens number of tokens that firing counts are over
     * @param buffer the state of the shuffling buffer; null when it is stored in another file
     * @param metrics of the last step; may be empty
     * @param encoderProduct the precision of the encoder's product; null in files of versions that had only float32
     */
    public record Header(
            JsonNode plan,
            JsonNode source,
            long steps,
            ActivationScale scale,
            long windowTokens,
            ActivationBuffer.State buffer,
            Map<String, Number> metrics,
            String encoderProduct) {
        /** Returns the precision of the encoder's product. */
        ProductPrecision precision() {
            return encoderProduct == null
                    ? ProductPrecision.FLOAT32
                    : EncoderProduct.of(encoderProduct).precision().orElse(ProductPrecision.FLOAT32);
        }
    }

    /**
     * A run between two steps.
     *
     * @param state parameters, moments, counters
     * @param source where the activations are from
     * @param scale of the activations
     * @param buffer the shuffling buffer; null when it is stored in another file
     * @param refusedBatch the batch of a refused step, [batch, d_in], drawn from the buffer and scaled; or null
     */
    public record RunningState(
            TrainingState state,
            Provenance source,
            ActivationScale scale,
            ActivationBuffer buffer,
            NDArray refusedBatch) {
        /** The same state with the batch of a refused step. */
        RunningState refusing(NDArray batch) {
            return new RunningState(state, source, scale, buffer, batch);
        }
    }

    /**
     * Writes a checkpoint.
     *
     * @param file replaced atomically if it exists
     * @param run the state to write
     * @param metrics of its last step; may be empty
     */
    public static void write(Path file, RunningState run, Map<String, ? extends Number> metrics) throws IOException {
        TrainingState state = run.state();
        Header header = new Header(
                Json.mapper().valueToTree(state.plan()),
                run.source().toJson(),
                state.stepsTaken(),
                run.scale(),
                state.dead().windowTokens(),
                run.buffer() == null ? null : run.buffer().state(),
                new LinkedHashMap<>(metrics),
                state.encoderProduct().key());
        Map<String, NDArray> arrays = arrays(state);
        if (run.buffer() != null) {
            arrays.put(POOL, run.buffer().pool());
        }
        if (run.refusedBatch() != null) {
            arrays.put(REFUSED_BATCH, run.refusedBatch());
        }
        Safetensors.writeChecksummed(
                file, arrays, Map.of(METADATA, Json.mapper().writeValueAsString(header)));
    }

    /**
     * Writes the pool of a shuffling buffer to its own file.
     *
     * @param file replaced atomically if it exists
     * @param pool [rows, width]
     * @param header metadata that {@link #metadata} reads
     */
    public static void writePool(Path file, NDArray pool, Object header) throws IOException {
        Safetensors.writeChecksummed(
                file, Map.of(POOL, pool), Map.of(METADATA, Json.mapper().writeValueAsString(header)));
    }

    /** Returns every array of a run by its name in the file. */
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
     * Restores a new state from a checkpoint.
     *
     * @param file the checkpoint
     * @param state of the same plan; changed
     * @param source provenance of the current activations
     * @return the header
     * @throws InvalidInputException when the checkpoint is of another run
     */
    public static Header restore(Path file, TrainingState state, Provenance source) throws IOException {
        try (Scope scope = Scope.open();
                Safetensors stored = Safetensors.open(file)) {
            stored.requireIntact();
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

    /** Copies the batch of a refused step into an array; returns false when the checkpoint has none. */
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

    /** Reads the metadata of a checkpoint. */
    public static Header header(Path file) throws IOException {
        try (Safetensors stored = Safetensors.open(file)) {
            return header(stored);
        }
    }

    private static Header header(Safetensors stored) {
        return metadata(stored, Header.class);
    }

    /** Reads the metadata of a file that this class wrote. */
    public static <T> T metadata(Safetensors stored, Class<T> type) {
        String json = stored.metadata().get(METADATA);
        if (json == null) {
            throw new InvalidInputException(
                    stored.file() + " is no checkpoint of a training run: its metadata has no \"" + METADATA + "\"");
        }
        try {
            T value = Json.mapper().readValue(json, type);
            if (value == null) {
                throw new InvalidInputException(
                        stored.file() + ": \"" + METADATA + "\" in its metadata is null, expected a JSON object");
            }
            return value;
        } catch (JsonProcessingException malformed) {
            throw new InvalidInputException(
                    stored.file() + ": \"" + METADATA + "\" in its metadata is malformed: "
                            + malformed.getOriginalMessage(),
                    malformed);
        }
    }

    /** Refuses a checkpoint of another plan or of other activations, and names the first difference. */
    static void requireSameRun(Path file, Header header, TrainingPlan plan, Provenance source) {
        requireSame(file, "", header.plan(), Json.mapper().valueToTree(plan));
        requireSameSource(file, header.source(), source);
    }

    /** Refuses other activations, naming the field that differs. */
    public static void requireSameSource(Path file, JsonNode stored, Provenance asked) {
        requireSame(file, "", EarlierProvenance.ofCheckpoint(file, stored).identity(), asked.identity());
    }

    /** Refuses a value that differs from the stored one, and names its field. */
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
