package dev.assay.activation.store;

import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.provenance.EarlierProvenance;
import dev.assay.provenance.Provenance;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The properties that determine the content of the shards of a store.
 *
 * @param provenance where the activations are from
 * @param sites the names of the sites, at least one
 * @param widths the widths of the sites
 * @param type the type of the activations on disk, float32 or float16
 * @param shardRows the number of rows of every shard except the last
 * @param note the note of the writer; may be empty
 */
record StoreDescription(
        Provenance provenance,
        List<String> sites,
        List<Integer> widths,
        DataType type,
        int shardRows,
        ObjectNode note) {
    static final String TOKENS = "tokens";
    static final String DOCUMENTS = "documents";
    static final String POSITIONS = "positions";

    private static final Set<String> LABELS = Set.of(TOKENS, DOCUMENTS, POSITIONS);
    private static final int LABEL_BYTES = Integer.BYTES + Long.BYTES + Integer.BYTES;
    private static final long SHARD_BYTES = 128L << 20;
    private static final int ROUND = 1024;

    /** Describes a store of a source. 0 {@code shardRows} means shards of 128 MiB. */
    static StoreDescription of(ActivationSource source, DataType type, int shardRows, ObjectNode note) {
        for (String site : source.sites()) {
            if (LABELS.contains(site)) {
                throw new InvalidInputException("a site has the name \"" + site
                        + "\", which every shard uses for another tensor; expected another name");
            }
        }
        Provenance from = source.provenance();
        return new StoreDescription(
                from.withModel(from.model().withHash(source.modelHash())),
                source.sites(),
                source.widths(),
                type,
                shardRows > 0 ? shardRows : fitting(rowBytes(source.width(), type)),
                note);
    }

    private static long rowBytes(int width, DataType type) {
        return (long) width * type.getNumOfBytes() + LABEL_BYTES;
    }

    private static int fitting(long rowBytes) {
        int rows = (int) Math.max(1, SHARD_BYTES / rowBytes);
        return rows < ROUND ? rows : rows - rows % ROUND;
    }

    static StoreDescription read(JsonObject manifest) {
        List<String> sites = new ArrayList<>();
        List<Integer> widths = new ArrayList<>();
        for (JsonObject site : manifest.objects("sites")) {
            sites.add(site.text("name"));
            widths.add(positive(site, "width"));
        }
        if (sites.isEmpty()) {
            throw manifest.unexpected("sites", "at least one site");
        }
        String type = manifest.text("type");
        if (!type.equals("F32") && !type.equals("F16")) {
            throw manifest.unexpected("type", "F32 or F16");
        }
        return new StoreDescription(
                provenance(manifest, sites),
                sites,
                widths,
                type.equals("F16") ? DataType.FLOAT16 : DataType.FLOAT32,
                positive(manifest, "shard_rows"),
                manifest.object("note").node());
    }

    private static Provenance provenance(JsonObject manifest, List<String> sites) {
        return manifest.has(Provenance.FIELD)
                ? Provenance.read(manifest.object(Provenance.FIELD))
                : EarlierProvenance.ofActivationStore(manifest, sites);
    }

    private static int positive(JsonObject object, String field) {
        if (object.integer(field) < 1) {
            throw object.unexpected(field, "at least 1");
        }
        return object.integer(field);
    }

    /** Returns the fields of a manifest that {@link #read} reads. */
    ObjectNode toJson() {
        ObjectNode json = Json.mapper().createObjectNode();
        json.set(Provenance.FIELD, provenance.toJson());
        var list = json.putArray("sites");
        for (int i = 0; i < sites.size(); i++) {
            list.addObject().put("name", sites.get(i)).put("width", widths.get(i));
        }
        json.put("type", type == DataType.FLOAT16 ? "F16" : "F32").put("shard_rows", shardRows);
        json.set("note", note);
        return json;
    }

    /** Returns the size of the tensors of a full shard, in bytes. */
    long shardBytes() {
        int width = widths.stream().mapToInt(Integer::intValue).sum();
        return shardRows * rowBytes(width, type);
    }

    /** Checks that a store has the requested properties, so that rows can be added. */
    void requireSame(Path manifest, StoreDescription asked) {
        requireSame(manifest, compared(), asked.compared(), "use another folder for another store");
    }

    /** Checks that a store has the requested fields; {@code advice} is the end of the error. */
    static void requireSame(Path manifest, ObjectNode stored, ObjectNode asked, String advice) {
        requireSame(manifest, "", stored, asked, advice);
    }

    /** The fields that decide the rows; the version of Assay is not among them. */
    ObjectNode compared() {
        ObjectNode fields = provenance.identity();
        fields.remove("reads"); // "sites" holds these names with their widths
        fields.put("model_hash", provenance.model().hash());
        ObjectNode others = toJson();
        others.remove(Provenance.FIELD);
        fields.setAll(others);
        return fields;
    }

    private static void requireSame(Path manifest, String path, ObjectNode stored, ObjectNode asked, String advice) {
        for (Map.Entry<String, JsonNode> field : asked.properties()) {
            JsonNode found = stored.path(field.getKey());
            JsonNode wanted = field.getValue();
            if (found instanceof ObjectNode inner && wanted instanceof ObjectNode wantedInner) {
                requireSame(manifest, path + field.getKey() + ".", inner, wantedInner, advice);
            } else if (!found.toString().equals(wanted.toString())) {
                throw new InvalidInputException(manifest + ": " + path + field.getKey() + " is "
                        + (found.isMissingNode() ? "missing" : found) + " in this store, expected " + wanted
                        + "; " + advice);
            }
        }
    }
}
