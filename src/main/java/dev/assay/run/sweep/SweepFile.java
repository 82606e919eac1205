package dev.assay.run.sweep;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.io.NearestName;
import dev.assay.model.config.Precision;
import dev.assay.run.RunDescription;
import dev.assay.run.TextDescription;
import dev.assay.text.BosRule;
import dev.assay.train.SaeTrainer;
import dev.assay.train.TrainerOption;
import dev.assay.train.TrainerOptions;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The file of {@code assay sweep}, in YAML or JSON.
 *
 * @param run model, sites and text; null for stored activations
 * @param activations a folder of stored activations, as written in the file; null for a live model
 * @param sites the sites to train on; empty for all sites of the stored activations
 * @param tokens to train on
 * @param batch activations per step
 * @param seed of shuffling
 * @param options the options that all members share
 * @param grids the members
 */
public record SweepFile(
        RunDescription run,
        String activations,
        List<String> sites,
        long tokens,
        int batch,
        long seed,
        TrainerOptions options,
        List<SweepGrid> grids) {
    private static final long EVALUATION_TOKENS = 100_000;

    private static final List<String> SHARED = List.of("activations", "sites", "tokens", "batch", "seed", "members");
    private static final List<String> LIVE = List.of(
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

    /** Copies the lists. */
    public SweepFile {
        sites = List.copyOf(sites);
        grids = List.copyOf(grids);
    }

    /**
     * Reads a file.
     *
     * @param file its name ends in .json, or it is YAML
     * @return the sweep
     * @throws IOException when the file cannot be read
     * @throws InvalidInputException when something is missing, unknown or of the wrong kind, naming it
     */
    public static SweepFile read(Path file) throws IOException {
        return of(fields(file));
    }

    /**
     * Reads the fields of a file without interpreting them.
     *
     * @param file its name ends in .json, or it is YAML
     * @return the fields
     * @throws IOException when the file cannot be read
     * @throws InvalidInputException when the file is not a JSON or YAML object
     */
    public static JsonObject fields(Path file) throws IOException {
        return JsonObject.of(file, parse(file));
    }

    /**
     * Interprets the fields of a file.
     *
     * @param fields the fields
     * @return the sweep
     * @throws InvalidInputException when something is missing, unknown or of the wrong kind, naming it
     */
    public static SweepFile of(JsonObject fields) {
        Set<String> known = new TreeSet<>(SHARED);
        known.addAll(LIVE);
        sharedOptions().forEach(option -> known.add(option.key()));
        refuseUnknown(fields, known);
        boolean stored = fields.has("activations");
        if (stored) {
            LIVE.stream().sorted().filter(fields::has).findFirst().ifPresent(field -> {
                throw fields.unexpected(field, "no such field with \"activations\", which has its own");
            });
        }
        List<String> sites = fields.has("sites") || !stored ? fields.texts("sites") : List.of();
        long seed = fields.integer("seed", 0);
        List<SweepGrid> grids =
                fields.objects("members").stream().map(SweepGrid::read).toList();
        if (grids.isEmpty()) {
            throw fields.unexpected("members", "at least one");
        }
        return new SweepFile(
                stored ? null : run(fields, sites, seed),
                stored ? fields.text("activations") : null,
                sites,
                fields.count("tokens"),
                fields.integer("batch", SaeTrainer.DEFAULT_BATCH),
                seed,
                options(fields),
                grids);
    }

    private static List<TrainerOption> sharedOptions() {
        return Arrays.stream(TrainerOption.values())
                .filter(TrainerOption::isShared)
                .toList();
    }

    private static TrainerOptions options(JsonObject fields) {
        TrainerOptions options = TrainerOptions.none();
        for (TrainerOption option : sharedOptions()) {
            String key = option.key();
            boolean usual = option == TrainerOption.BUFFER_ROWS
                    && fields.node().path(key).asInt(-1) == 0;
            if (fields.has(key) && !usual) {
                options =
                        options.with(option, text(fields, option, fields.node().get(key)));
            }
        }
        if (options.count(TrainerOption.EVALUATION_TOKENS, EVALUATION_TOKENS) == 0) {
            throw fields.unexpected(TrainerOption.EVALUATION_TOKENS.key(), "at least 1");
        }
        return options;
    }

    /** The value of an option as text; a list has commas between its entries. */
    static String text(JsonObject fields, TrainerOption option, JsonNode node) {
        List<String> parts = new ArrayList<>();
        if (node.isArray() && option.isList()) {
            node.forEach(part -> parts.add(scalar(part)));
        } else {
            parts.add(scalar(node));
        }
        String text = String.join(",", parts);
        if (parts.contains("") || !option.accepts(text)) {
            throw fields.unexpected(option.key(), option.expected());
        }
        return text;
    }

    /** A number without an exponent, a text or a boolean; empty for anything else. */
    private static String scalar(JsonNode node) {
        return node.isNumber() ? new BigDecimal(node.asText()).toPlainString() : node.isNull() ? "" : node.asText("");
    }

    /** {@return the number of tokens to measure on} */
    public long evaluationTokens() {
        return options.count(TrainerOption.EVALUATION_TOKENS, EVALUATION_TOKENS);
    }

    /**
     * Returns the members of the sweep.
     *
     * @param allSites the sites of the sweep's activations, for grids without sites of their own
     * @return the members in the order of the table
     */
    public List<PlannedMember> members(List<String> allSites) {
        return grids.stream().flatMap(grid -> grid.members(allSites).stream()).toList();
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
        int heldOutEvery = fields.integer("held_out_every", TextDescription.HELD_OUT_EVERY);
        if (heldOutEvery < 2) {
            throw fields.unexpected("held_out_every", "at least 2: members are measured on held-out text");
        }
        return new RunDescription(
                fields.text("model"),
                sites,
                new TextDescription(
                        fields.texts("text"),
                        fields.text("text_field", TextDescription.FIELD),
                        fields.integer("context", TextDescription.CONTEXT_LENGTH),
                        fields.has("prepend_bos") ? BosRule.of(fields.bool("prepend_bos", false)) : BosRule.TOKENIZER,
                        heldOutEvery,
                        fields.integer("chunk_characters", TextDescription.CHUNK_CHARACTERS),
                        fields.text("held_out_by", TextDescription.POSITION),
                        fields.integer("shuffle_documents", 0),
                        seed),
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

    /** Refuses an object with an unknown field, and names the most similar known one. */
    static void refuseUnknown(JsonObject fields, Set<String> known) {
        fields.node().fieldNames().forEachRemaining(field -> {
            if (!known.contains(field)) {
                String similar = NearestName.of(field, known)
                        .map(name -> ", perhaps " + name)
                        .orElse("");
                throw fields.unexpected(
                        field, "no such field" + similar + "; known fields are " + String.join(", ", known));
            }
        });
    }
}
