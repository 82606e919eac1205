package dev.assay.feature.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.BlockChecksums;
import dev.assay.io.AtomicFiles;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.io.Sha256;
import dev.assay.provenance.EarlierProvenance;
import dev.assay.provenance.ParentArtifact;
import dev.assay.provenance.Provenance;
import dev.assay.provenance.TextProvenance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Manifest of a feature store: the contents of {@code features.json}, version 2.
 *
 * @param provenance the model, dictionary, hook points and corpus of the pass
 * @param layout the names, types and shapes of the arrays
 * @param window the default window of examples
 * @param rules the rules for joining the tokens of a sequence
 * @param bytes the size of the data file in bytes
 * @param hashes the SHA-256 of each array by name, in hexadecimal digits
 * @param blocks the {@link BlockChecksums} of each array by name; empty in stores of earlier versions
 * @param note the note of the writer; may be empty
 */
record FeatureStoreManifest(
        Provenance provenance,
        StoreLayout layout,
        ExampleWindow window,
        TextRules rules,
        long bytes,
        Map<String, String> hashes,
        Map<String, String> blocks,
        ObjectNode note) {
    static final String FILE = "features.json";
    static final String COLLECTION = "collection";

    private static final String FORMAT = "assay-features";
    private static final int VERSION = 2;
    private static final String CHECKSUM = "sha256";
    private static final String ARRAYS = "arrays";
    private static final String BLOCKS = "block_crc32c";
    private static final String NOTE = "note";

    /** Returns the identifier of the pass. Both files store it, so that files of different passes are not combined. */
    static String collection(Provenance provenance) {
        return new Sha256().add(identity(provenance).toString()).hex();
    }

    void write(Path folder) throws IOException {
        ObjectNode json = Json.mapper().createObjectNode().put("format", FORMAT).put("format_version", VERSION);
        json.put(COLLECTION, collection(provenance));
        json.set(Provenance.FIELD, provenance.toJson());
        json.put("latents", layout.latents())
                .put("activations", layout.activations())
                .put("positions", layout.positions())
                .put("documents", layout.documents())
                .put("vocabulary", layout.vocabulary())
                .put("vocabulary_bytes", layout.vocabularyBytes())
                .put("partners", layout.partners())
                .put("tokens_before", window.before())
                .put("tokens_after", window.after())
                .put("bytes", bytes);
        rules.write(json);
        ObjectNode arrays = json.putObject(ARRAYS);
        new TreeMap<>(hashes).forEach(arrays::put);
        if (!blocks.isEmpty()) {
            ObjectNode checksums = json.putObject(BLOCKS);
            new TreeMap<>(blocks).forEach(checksums::put);
        }
        if (!note.isEmpty()) {
            json.set(NOTE, note);
        }
        json.put(CHECKSUM, checksum(json));
        AtomicFiles.writeString(folder.resolve(FILE), Json.pretty(json));
    }

    static FeatureStoreManifest read(Path folder) throws IOException {
        JsonObject json = JsonObject.read(folder.resolve(FILE));
        if (!json.text("format").equals(FORMAT)) {
            throw json.unexpected("format", FORMAT);
        }
        if (json.integer("format_version") == 1) {
            throw new InvalidInputException(folder + " contains a feature store of version 1, expected version "
                    + VERSION + "; collect it again");
        }
        if (json.integer("format_version") != VERSION) {
            throw json.unexpected("format_version", Integer.toString(VERSION));
        }
        if (!json.text(CHECKSUM).equals(checksum(json.node()))) {
            throw new InvalidInputException(
                    json.file() + " was edited after it was written: its " + CHECKSUM + " does not match its contents");
        }
        StoreLayout layout = new StoreLayout(
                json.integer("latents"),
                json.count("activations"),
                json.count("positions"),
                json.count("documents"),
                json.integer("vocabulary"),
                json.count("vocabulary_bytes"),
                json.integer("partners"));
        Map<String, String> hashes = new TreeMap<>();
        JsonObject arrays = json.object(ARRAYS);
        layout.tensors().forEach(tensor -> hashes.put(tensor.name(), arrays.text(tensor.name())));
        ExampleWindow window = new ExampleWindow(json.integer("tokens_before"), json.integer("tokens_after"));
        Map<String, String> blocks = new TreeMap<>();
        if (json.has(BLOCKS)) {
            JsonObject checksums = json.object(BLOCKS);
            layout.tensors().forEach(tensor -> blocks.put(tensor.name(), checksums.text(tensor.name())));
        }
        ObjectNode note =
                json.has(NOTE) ? json.object(NOTE).node() : Json.mapper().createObjectNode();
        return new FeatureStoreManifest(
                provenance(json), layout, window, TextRules.read(json), json.count("bytes"), hashes, blocks, note);
    }

    private static String checksum(ObjectNode json) {
        return new Sha256().add(json.deepCopy().without(CHECKSUM).toString()).hex();
    }

    /** Returns the hashed fields of {@link #collection}. They are the flat fields of earlier manifests, so identifiers stay the same. */
    private static ObjectNode identity(Provenance provenance) {
        ParentArtifact dictionary = provenance.parent(ParentArtifact.DICTIONARY);
        TextProvenance text = provenance.text();
        return Json.mapper()
                .createObjectNode()
                .put("model", provenance.model().name())
                .put("model_hash", provenance.model().hash())
                .put("dictionary", dictionary.description())
                .put("dictionary_hash", dictionary.hash())
                .put("hook", provenance.site())
                .put("corpus", text.description())
                .put("corpus_hash", text.hash())
                .put("split", text.part())
                .put("context_length", text.contextLength())
                .put("contexts", text.contexts())
                .put("tokens", text.tokens())
                .put("assay_version", provenance.version());
    }

    private static Provenance provenance(JsonObject json) {
        return json.has(Provenance.FIELD)
                ? Provenance.read(json.object(Provenance.FIELD))
                : EarlierProvenance.ofFeatureStore(json);
    }
}
