package dev.assay.provenance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Reads the origin of artifacts that were written before they held a {@link Provenance}. */
public final class EarlierProvenance {
    private EarlierProvenance() {}

    /**
     * Reads the fields of {@code activations.json}.
     *
     * @param manifest the file
     * @param sites the names of its sites
     * @return the provenance
     */
    public static Provenance ofActivationStore(JsonObject manifest, List<String> sites) {
        return Provenance.of(
                        ModelProvenance.of(manifest.text("model"), manifest.text("precision", "float32"))
                                .withHash(manifest.text("model_hash")),
                        sites,
                        TextProvenance.of(
                                manifest.text("text"),
                                manifest.text("part"),
                                manifest.integer("context_length"),
                                manifest.bool("prepend_bos"),
                                manifest.bool("without_special_tokens")))
                .withVersion(manifest.text("assay_version"));
    }

    /**
     * Reads the fields of {@code features.json}.
     *
     * @param manifest the file
     * @return the provenance
     */
    public static Provenance ofFeatureStore(JsonObject manifest) {
        TextProvenance text = new TextProvenance(
                manifest.text("corpus"),
                manifest.text("split"),
                manifest.text("corpus_hash"),
                manifest.integer("context_length"),
                false,
                true,
                manifest.count("contexts"),
                manifest.count("tokens"));
        ParentArtifact dictionary = new ParentArtifact(
                ParentArtifact.DICTIONARY, manifest.text("dictionary"), manifest.text("dictionary_hash"));
        return new Provenance(
                manifest.text("assay_version"),
                ModelProvenance.of(manifest.text("model"), "").withHash(manifest.text("model_hash")),
                List.of(manifest.text("hook")),
                List.of(),
                text,
                Map.of(),
                List.of(dictionary));
    }

    /**
     * Reads the source of a training checkpoint, in the present layout or in that before it, whose names of sites are joined by commas.
     *
     * @param file the checkpoint, for messages
     * @param source the value of {@code source} in its header
     * @return the provenance
     */
    public static Provenance ofCheckpoint(Path file, JsonNode source) {
        if (!(source instanceof ObjectNode object)) {
            throw new InvalidInputException(file + ": the source in its header is " + source + ", expected an object");
        }
        JsonObject json = JsonObject.of(file, object);
        if (!json.has("hook")) {
            return Provenance.read(json);
        }
        return Provenance.of(
                ModelProvenance.of(json.text("model"), json.text("precision", "float32")),
                List.of(json.text("hook").split(",")),
                TextProvenance.of(
                        json.text("text"),
                        json.text("part"),
                        json.integer("contextLength"),
                        json.bool("prependBos"),
                        json.bool("withoutSpecialTokens")));
    }
}
