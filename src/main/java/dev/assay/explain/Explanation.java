package dev.assay.explain;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import java.util.Optional;

/**
 * A description of the inputs on which a feature is active.
 *
 * @param latent the index of the latent
 * @param text the description in words; it may contain any characters
 * @param by the origin of the explanation
 * @param rule the description in a form that predicts activations without a language model; empty for explanations in words only
 */
public record Explanation(int latent, String text, ExplainerDescription by, Optional<ActivationRule> rule) {
    private static final String RULE = "rule";

    /** Checks that there is a text. */
    public Explanation {
        InvalidInputException.require(
                !text.isBlank(), () -> "the explanation of latent " + latent + " is empty, expected a text");
    }

    /**
     * Creates an explanation in words.
     *
     * @param latent the index of the latent
     * @param text the description
     * @param by the origin
     * @return the explanation
     */
    public static Explanation of(int latent, String text, ExplainerDescription by) {
        return new Explanation(latent, text, by, Optional.empty());
    }

    /**
     * Adds a rule.
     *
     * @param predicts the rule
     * @return a copy with the rule
     */
    public Explanation withRule(ActivationRule predicts) {
        return new Explanation(latent, text, by, Optional.of(predicts));
    }

    /**
     * Assigns the explanation to another latent, as a control.
     *
     * @param other the index of the latent
     * @return a copy for the latent
     */
    public Explanation assignedTo(int other) {
        return new Explanation(other, text, by, rule);
    }

    /** {@return an object that {@link #of(JsonObject)} reads} */
    public ObjectNode toJson() {
        ObjectNode json =
                Json.mapper().createObjectNode().put("feature", latent).put("text", text);
        json.set("explainer", by.toJson());
        rule.ifPresent(predicts -> json.set(RULE, predicts.toJson()));
        return json;
    }

    /**
     * Reads an explanation.
     *
     * @param json an object of {@link #toJson}; further fields are ignored
     * @return the explanation
     * @throws InvalidInputException if a field is missing or has another type, naming file and field
     */
    public static Explanation of(JsonObject json) {
        Explanation read =
                of(json.integer("feature"), json.text("text"), ExplainerDescription.of(json.object("explainer")));
        return json.has(RULE) ? read.withRule(ActivationRule.of(json.object(RULE))) : read;
    }
}
