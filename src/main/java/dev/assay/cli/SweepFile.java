package dev.assay.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.model.config.Precision;
import dev.assay.run.RunDescription;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What {@code assay sweep} is asked to do, read from a YAML or JSON file.
 *
 * @param run model, sites and text; null where the activations are stored
 * @param activations a folder that {@code assay harvest} has written; null for a live model
 * @param sites what is trained on; empty for all sites of the stored activations
 * @param tokens to train on
 * @param batch activations a step
 * @param seed of shuffling
 * @param bufferRows of the shuffling buffer; 0 for the usual
 * @param checkpointSeconds between two checkpoints
 * @param evaluationTokens to measure on at most
 * @param tensorBoard whether event files are written
 * @param grids the members
 */
record SweepFile(
        RunDescription run,
        Path activations,
        List<String> sites,
        long tokens,
        int batch,
        long seed,
        int bufferRows,
        double checkpointSeconds,
        long evaluationTokens,
        boolean tensorBoard,
        List<SweepGrid> grids) {

    private static final Set<String> SHARED = Set.of(
            "activations",
            "sites",
            "tokens",
            "batch",
            "seed",
            "buffer_rows",
            "checkpoint_seconds",
            "evaluation_tokens",
            "tensorboard",
            "members");
    private static final Set<String> LIVE = Set.of(
            "model",
            "text",
            "text_field",
            "context",
            "prepend_bos",
            "held_out_every",
            "held_out_by",
            "chunk_characters",
            "shuffle_documents",
            "tokenizer",
            "precision");

    /**
     * Reads a file.
     *
     * @param file its name ends in .json, or it is YAML
     * @throws InvalidInputException when something is missing, unknown or of the wrong kind, naming it
     */
    static SweepFile read(Path file) throws IOException {
        JsonObject fields = JsonObject.of(file, parse(file));
        refuseUnknown(fields, SHARED, LIVE.toArray(String[]::new));
        boolean stored = fields.has("activations");
        if (stored) {
            LIVE.stream().sorted().filter(fields::has).findFirst().ifPresent(field -> {
                throw fields.unexpected(field, "nothing beside \"activations\", which brings its own");
            });
        }
        List<String> sites = fields.has("sites") || !stored ? fields.texts("sites") : List.of();
        long seed = fields.integer("seed", 0);
        List<SweepGrid> grids =
                fields.objects("members").stream().map(SweepGrid::read).toList();
        if (grids.isEmpty()) {
            throw fields.unexpected("members", "at least one");
        }
        long evaluationTokens = fields.has("evaluation_tokens") ? fields.count("evaluation_tokens") : 100_000;
        if (evaluationTokens == 0) {
            throw fields.unexpected("evaluation_tokens", "at least 1");
        }
        return new SweepFile(
                stored ? null : run(fields, sites, seed),
                stored ? Path.of(fields.text("activations")) : null,
                sites,
                fields.count("tokens"),
                fields.integer("batch", 2048),
                seed,
                fields.integer("buffer_rows", 0),
                fields.number("checkpoint_seconds", 120),
                evaluationTokens,
                fields.bool("tensorboard", false),
                grids);
    }

    private static ObjectNode parse(Path file) throws IOException {
        JsonNode root;
        if (file.getFileName().toString().endsWith(".json")) {
            root = Json.read(file);
        } else {
            try (var in = Files.newInputStream(file)) {
                root = new YAMLMapper()
                        .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                        .readTree(in);
            } catch (JsonProcessingException malformed) {
                String reason =
                        malformed.getOriginalMessage().lines().findFirst().orElse("");
                throw new InvalidInputException(
                        file + " is malformed in line "
                                + (malformed.getLocation() == null
                                        ? "?"
                                        : malformed.getLocation().getLineNr())
                                + ": " + reason + ", expected YAML",
                        malformed);
            }
        }
        if (root instanceof ObjectNode object) {
            return object;
        }
        throw new InvalidInputException(file + " holds no fields, expected at least \"tokens\" and \"members\"");
    }

    private static RunDescription run(JsonObject fields, List<String> sites, long seed) {
        int heldOutEvery = fields.integer("held_out_every", 20);
        if (heldOutEvery < 2) {
            throw fields.unexpected("held_out_every", "at least 2: members are measured on held-out text");
        }
        return new RunDescription(
                fields.text("model"),
                sites,
                fields.texts("text"),
                fields.text("text_field", "text"),
                fields.integer("context", 128),
                fields.bool("prepend_bos", false),
                heldOutEvery,
                fields.integer("chunk_characters", 8000),
                fields.text("held_out_by", RunDescription.POSITION),
                fields.integer("shuffle_documents", 0),
                seed,
                fields.text("tokenizer", null),
                precision(fields));
    }

    private static Precision precision(JsonObject fields) {
        String name = fields.text("precision", Precision.FLOAT32.toString());
        return Arrays.stream(Precision.values())
                .filter(precision -> precision.toString().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> fields.unexpected("precision", "float32, bfloat16 or float16"));
    }

    /** Refuses an object with a field of another name. */
    static void refuseUnknown(JsonObject fields, Set<String> known, String... more) {
        Set<String> names = new TreeSet<>(known);
        names.addAll(List.of(more));
        fields.node().fieldNames().forEachRemaining(field -> {
            if (!names.contains(field)) {
                throw fields.unexpected(field, "no such field but one of " + String.join(", ", names));
            }
        });
    }
}
