package dev.assay.explain;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import java.util.Map;

/**
 * Predicts an activation from the token alone.
 *
 * @param values the activation by token id; 0 for other tokens
 */
public record TokenRule(Map<Integer, Double> values) implements ActivationRule {
    static final String KIND = "tokens";

    private static final String VALUES = "values";

    /** Copies the map. */
    public TokenRule {
        values = TokenTable.copy(values);
    }

    @Override
    public float[] predict(TextWindow window, TokenConcepts concepts) {
        float[] predicted = new float[window.length()];
        for (int i = 0; i < predicted.length; i++) {
            predicted[i] = TokenTable.at(values, window.id(i));
        }
        return predicted;
    }

    @Override
    public ObjectNode toJson() {
        ObjectNode json = Json.mapper().createObjectNode().put("kind", KIND);
        json.set(VALUES, TokenTable.write(values));
        return json;
    }

    static TokenRule read(JsonObject json) {
        return new TokenRule(TokenTable.read(json, VALUES));
    }
}
