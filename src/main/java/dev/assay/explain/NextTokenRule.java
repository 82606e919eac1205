package dev.assay.explain;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import java.util.Map;

/**
 * Predicts an activation from the next token, for features that are described by the tokens that they promote. The last token of a window
 * has prediction 0.
 *
 * @param values the activation by id of the next token; 0 for other tokens
 */
public record NextTokenRule(Map<Integer, Double> values) implements ActivationRule {
    static final String KIND = "next-tokens";

    private static final String VALUES = "values";

    /** Copies the map. */
    public NextTokenRule {
        values = TokenTable.copy(values);
    }

    @Override
    public float[] predict(TextWindow window, TokenConcepts concepts) {
        float[] predicted = new float[window.length()];
        for (int i = 0; i + 1 < predicted.length; i++) {
            predicted[i] = TokenTable.at(values, window.id(i + 1));
        }
        return predicted;
    }

    @Override
    public ObjectNode toJson() {
        ObjectNode json = Json.mapper().createObjectNode().put("kind", KIND);
        json.set(VALUES, TokenTable.write(values));
        return json;
    }

    static NextTokenRule read(JsonObject json) {
        return new NextTokenRule(TokenTable.read(json, VALUES));
    }
}
