package dev.assay.feature.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.provenance.Provenance;
import dev.assay.provenance.TextProvenance;
import dev.assay.text.ContextRange;

/**
 * Everything of a part of a store except its arrays: what the store is of, and which contexts the part has.
 *
 * @param range the contexts
 * @param latents the number of latents, d_sae
 * @param options the options of the store
 * @param rules the rules for joining tokens
 * @param provenance the provenance of the store, with the numbers and the hash of the tokens of this part
 */
record PartDescription(
        ContextRange range, int latents, StoreBuilder.Options options, TextRules rules, Provenance provenance) {
    private static final String FORMAT = "assay-feature-part";
    private static final int VERSION = 1;

    ObjectNode toJson(PartLayout layout) {
        ObjectNode json = Json.mapper()
                .createObjectNode()
                .put("format", FORMAT)
                .put("format_version", VERSION)
                .put("from", range.from())
                .put("to", range.to())
                .put("positions", layout.positions())
                .put("activations", layout.activations())
                .put("documents", layout.documents());
        json.setAll(identity());
        json.set(Provenance.FIELD, provenance.toJson());
        return json;
    }

    /** Returns the fields in which all parts of a store agree. */
    ObjectNode identity() {
        TextProvenance text = provenance.text();
        TextProvenance whole = new TextProvenance(
                text.description(),
                text.part(),
                "",
                text.contextLength(),
                text.prependBos(),
                text.withoutSpecialTokens(),
                0,
                0,
                text.leftOut());
        ObjectNode json = Json.mapper()
                .createObjectNode()
                .put("latents", latents)
                .put("partners", options.partners())
                .put("limit", options.limit())
                .put("tokens_before", options.window().before())
                .put("tokens_after", options.window().after());
        rules.write(json);
        json.set("note", options.note());
        json.set("store", provenance.withText(whole).toJson());
        return json;
    }

    static PartDescription read(JsonObject json) {
        if (!json.text("format").equals(FORMAT)) {
            throw json.unexpected("format", FORMAT);
        }
        if (json.integer("format_version") != VERSION) {
            throw json.unexpected("format_version", Integer.toString(VERSION));
        }
        return new PartDescription(
                new ContextRange(json.count("from"), json.count("to")),
                json.positive("latents"),
                new StoreBuilder.Options(
                        0,
                        json.integer("partners"),
                        new ExampleWindow(json.integer("tokens_before"), json.integer("tokens_after")),
                        json.object("note").node(),
                        json.count("limit")),
                TextRules.read(json),
                Provenance.read(json.object(Provenance.FIELD)));
    }
}
