package dev.assay.explain;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The origin of an explanation.
 *
 * @param kind the method, such as {@code token-lookup} or {@code llm}
 * @param model the language model; empty if the method uses none
 * @param settings further settings by name, such as the seed and the hash of the prompt, in display order
 */
public record ExplainerDescription(String kind, String model, Map<String, String> settings) {
    /** Copies the settings. */
    public ExplainerDescription {
        InvalidInputException.require(!kind.isBlank(), "an explainer has no kind, expected a short name");
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }

    /**
     * Describes an explainer without a language model.
     *
     * @param kind the method
     * @return a description without settings
     */
    public static ExplainerDescription offline(String kind) {
        return new ExplainerDescription(kind, "", Map.of());
    }

    /**
     * Adds a setting.
     *
     * @param name its name
     * @param value its value
     * @return a copy with the setting
     */
    public ExplainerDescription with(String name, Object value) {
        Map<String, String> all = new LinkedHashMap<>(settings);
        all.put(name, value.toString());
        return new ExplainerDescription(kind, model, all);
    }

    /** {@return the kind and the model, such as {@code llm (gpt-4.1-mini)}} */
    public String title() {
        return model.isEmpty() ? kind : kind + " (" + model + ")";
    }

    /** {@return an object that {@link #of} reads} */
    public ObjectNode toJson() {
        ObjectNode json = Json.mapper().createObjectNode().put("kind", kind);
        if (!model.isEmpty()) {
            json.put("model", model);
        }
        if (!settings.isEmpty()) {
            settings.forEach(json.putObject("settings")::put);
        }
        return json;
    }

    /**
     * Reads a description.
     *
     * @param json an object of {@link #toJson}
     * @return the description
     * @throws InvalidInputException if a field is missing or has another type
     */
    public static ExplainerDescription of(JsonObject json) {
        Map<String, String> settings = new LinkedHashMap<>();
        if (json.has("settings")) {
            JsonObject read = json.object("settings");
            read.node().fieldNames().forEachRemaining(name -> settings.put(name, read.text(name)));
        }
        return new ExplainerDescription(json.text("kind"), json.text("model", ""), settings);
    }
}
