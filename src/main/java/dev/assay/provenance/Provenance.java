package dev.assay.provenance;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The origin of an artifact: the software, the model, the sites, the text, the seeds and the artifacts it was computed from. Two runs of
 * the same computation have equal provenance: it holds no times and no names of machines.
 *
 * @param version the version of Assay that wrote the artifact
 * @param model the model
 * @param reads the names of the sites that are read, in the order of the columns
 * @param writes the names of the sites that are written, such as the output site of a transcoder; may be empty
 * @param text the text
 * @param seeds the seeds of all random choices, by what they decide; may be empty
 * @param parents the artifacts that this one was computed from; may be empty
 */
public record Provenance(
        String version,
        ModelProvenance model,
        List<String> reads,
        List<String> writes,
        TextProvenance text,
        Map<String, Long> seeds,
        List<ParentArtifact> parents)
        implements Serializable {
    /** The name of the field that holds the provenance in an artifact. */
    public static final String FIELD = "provenance";

    private static final String LEFT_OUT = "left_out";

    private static final ParentArtifact UNKNOWN = new ParentArtifact("", "", "");

    /** Copies the collections. */
    public Provenance {
        reads = List.copyOf(reads);
        writes = List.copyOf(writes);
        seeds = Collections.unmodifiableMap(new TreeMap<>(seeds));
        parents = List.copyOf(parents);
    }

    /**
     * Returns the provenance of activations that the running version of Assay computes.
     *
     * @param model the model
     * @param reads the names of the sites
     * @param text the text
     * @return the provenance, without seeds and parents
     */
    public static Provenance of(ModelProvenance model, List<String> reads, TextProvenance text) {
        return new Provenance(AssayVersion.current(), model, reads, List.of(), text, Map.of(), List.of());
    }

    /**
     * Returns a copy written by another version of Assay.
     *
     * @param other the version
     * @return the copy
     */
    public Provenance withVersion(String other) {
        return new Provenance(other, model, reads, writes, text, seeds, parents);
    }

    /**
     * Returns a copy with another description of the model.
     *
     * @param other the model
     * @return the copy
     */
    public Provenance withModel(ModelProvenance other) {
        return new Provenance(version, other, reads, writes, text, seeds, parents);
    }

    /**
     * Returns a copy at other sites.
     *
     * @param read the names of the sites that are read
     * @param written the names of the sites that are written; may be empty
     * @return the copy
     */
    public Provenance withSites(List<String> read, List<String> written) {
        return new Provenance(version, model, read, written, text, seeds, parents);
    }

    /**
     * Returns a copy with another description of the text.
     *
     * @param other the text
     * @return the copy
     */
    public Provenance withText(TextProvenance other) {
        return new Provenance(version, model, reads, writes, other, seeds, parents);
    }

    /**
     * Returns a copy with one more seed.
     *
     * @param decides what the seed decides, such as {@code training}
     * @param seed the seed
     * @return the copy
     */
    public Provenance withSeed(String decides, long seed) {
        Map<String, Long> all = new TreeMap<>(seeds);
        all.put(decides, seed);
        return new Provenance(version, model, reads, writes, text, all, parents);
    }

    /**
     * Returns a copy with one more artifact that this one was computed from.
     *
     * @param parent the artifact
     * @return the copy
     */
    public Provenance withParent(ParentArtifact parent) {
        List<ParentArtifact> all = new ArrayList<>(parents);
        all.add(parent);
        return new Provenance(version, model, reads, writes, text, seeds, all);
    }

    /**
     * Returns the first parent of a kind.
     *
     * @param kind such as {@link ParentArtifact#DICTIONARY}
     * @return the parent; one with empty fields if there is none
     */
    public ParentArtifact parent(String kind) {
        return parents.stream()
                .filter(parent -> parent.kind().equals(kind))
                .findFirst()
                .orElse(UNKNOWN);
    }

    /**
     * Returns the sites that are read, for people to read.
     *
     * @return their names, joined by a comma and a space
     */
    public String site() {
        return String.join(", ", reads);
    }

    /**
     * Returns sites, model and text in one line.
     *
     * @return for example {@code blocks.1.hook_resid_post of assay/stories on 400 generated stories (seed 2)}
     */
    public String summary() {
        return site() + (writes.isEmpty() || writes.equals(reads) ? "" : " → " + String.join(", ", writes)) + " of "
                + model.name() + " on " + text.description();
    }

    /**
     * Returns the JSON form, without the fields whose values are unknown.
     *
     * @return the object to write under {@link #FIELD}
     */
    public ObjectNode toJson() {
        ObjectNode json = Json.mapper().createObjectNode().put("assay_version", version);
        json.put("model", model.name());
        putKnown(json, "model_revision", model.revision());
        putKnown(json, "model_hash", model.hash());
        putKnown(json, "precision", model.precision());
        putAll(json.putArray("reads"), reads);
        putAll(json.putArray("writes"), writes);
        json.put("text", text.description());
        putKnown(json, "part", text.part());
        putKnown(json, "text_hash", text.hash());
        json.put("context_length", text.contextLength())
                .put("prepend_bos", text.prependBos())
                .put("without_special_tokens", text.withoutSpecialTokens());
        putLeftOut(json);
        putKnown(json, "contexts", text.contexts());
        putKnown(json, "tokens", text.tokens());
        if (!seeds.isEmpty()) {
            ObjectNode object = json.putObject("seeds");
            seeds.forEach(object::put);
        }
        if (!parents.isEmpty()) {
            ArrayNode list = json.putArray("parents");
            for (ParentArtifact parent : parents) {
                ObjectNode entry = list.addObject().put("kind", parent.kind());
                putKnown(entry, "description", parent.description());
                putKnown(entry, "hash", parent.hash());
            }
        }
        return json;
    }

    /**
     * Returns the fields that decide which activations are computed and in which order. An interrupted run resumes only on activations
     * whose identity is that of its checkpoint.
     *
     * @return model, precision, sites and text
     */
    public ObjectNode identity() {
        ObjectNode json =
                Json.mapper().createObjectNode().put("model", model.name()).put("precision", model.precision());
        putAll(json.putArray("reads"), reads);
        json.put("text", text.description())
                .put("part", text.part())
                .put("context_length", text.contextLength())
                .put("prepend_bos", text.prependBos())
                .put("without_special_tokens", text.withoutSpecialTokens());
        putLeftOut(json);
        return json;
    }

    private void putLeftOut(ObjectNode json) {
        if (!text.leftOut().isEmpty()) {
            json.set(LEFT_OUT, text.leftOut().toJson());
        }
    }

    /**
     * Reads the JSON form.
     *
     * @param json the object written under {@link #FIELD}
     * @return the provenance
     * @throws dev.assay.InvalidInputException if a field is missing or has another type
     */
    public static Provenance read(JsonObject json) {
        return new Provenance(
                json.text("assay_version", AssayVersion.DEVELOPMENT),
                new ModelProvenance(
                        json.text("model"),
                        json.text("model_revision", ""),
                        json.text("model_hash", ""),
                        json.text("precision", "")),
                json.has("reads") ? json.texts("reads") : List.of(),
                json.has("writes") ? json.texts("writes") : List.of(),
                new TextProvenance(
                        json.text("text"),
                        json.text("part", ""),
                        json.text("text_hash", ""),
                        json.integer("context_length", 0),
                        json.bool("prepend_bos", false),
                        json.bool("without_special_tokens", false),
                        json.has("contexts") ? json.count("contexts") : 0,
                        json.has("tokens") ? json.count("tokens") : 0,
                        json.has(LEFT_OUT) ? LeftOutTokens.read(json.object(LEFT_OUT)) : LeftOutTokens.NONE),
                seeds(json),
                parents(json));
    }

    private static Map<String, Long> seeds(JsonObject json) {
        Map<String, Long> seeds = new TreeMap<>();
        if (json.has("seeds")) {
            json.object("seeds").node().properties().forEach(seed -> {
                if (!seed.getValue().isIntegralNumber()) {
                    throw json.unexpected("seeds", "an object of integers");
                }
                seeds.put(seed.getKey(), seed.getValue().longValue());
            });
        }
        return seeds;
    }

    private static List<ParentArtifact> parents(JsonObject json) {
        return json.has("parents")
                ? json.objects("parents").stream()
                        .map(parent -> new ParentArtifact(
                                parent.text("kind"), parent.text("description", ""), parent.text("hash", "")))
                        .toList()
                : List.of();
    }

    private static void putKnown(ObjectNode json, String field, String value) {
        if (!value.isEmpty()) {
            json.put(field, value);
        }
    }

    private static void putKnown(ObjectNode json, String field, long value) {
        if (value != 0) {
            json.put(field, value);
        }
    }

    private static void putAll(ArrayNode array, List<String> names) {
        names.forEach(array::add);
    }
}
