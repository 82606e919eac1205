package dev.assay.explain;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;

/**
 * Predicts a constant activation on the tokens with a concept of a labelled corpus.
 *
 * @param concept the name of the concept
 * @param value the activation on its tokens, above 0
 */
public record ConceptRule(String concept, double value) implements ActivationRule {
    static final String KIND = "concept";

    private static final String CONCEPT = "concept";
    private static final String VALUE = "value";

    /** Checks the value. */
    public ConceptRule {
        InvalidInputException.require(value > 0, "the activation of a concept", value, "a number above 0");
    }

    @Override
    public float[] predict(TextWindow window, TokenConcepts concepts) {
        float[] predicted = new float[window.length()];
        for (int i = 0; i < predicted.length; i++) {
            predicted[i] = concepts.has(window.start() + i, concept) ? (float) value : 0;
        }
        return predicted;
    }

    @Override
    public ObjectNode toJson() {
        return Json.mapper()
                .createObjectNode()
                .put("kind", KIND)
                .put(CONCEPT, concept)
                .put(VALUE, value);
    }

    static ConceptRule read(JsonObject json) {
        return new ConceptRule(json.text(CONCEPT), json.number(VALUE));
    }
}
