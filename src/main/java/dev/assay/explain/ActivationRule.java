package dev.assay.explain;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.JsonObject;

/** A prediction of the activations of a feature from tokens alone: the form of an explanation that an offline judge can apply. */
public sealed interface ActivationRule permits TokenRule, BigramRule, NextTokenRule, PatternRule, ConceptRule {
    /**
     * Predicts the activations of a window. Its true activations are not read.
     *
     * @param window the tokens
     * @param concepts the concepts of the corpus; {@link TokenConcepts#NONE} without labels
     * @return predicted activations, [tokens]
     */
    float[] predict(TextWindow window, TokenConcepts concepts);

    /** {@return an object with the field {@code kind} that {@link #of} reads} */
    ObjectNode toJson();

    /**
     * Reads a rule.
     *
     * @param json an object of {@link #toJson}
     * @return the rule
     * @throws dev.assay.InvalidInputException if the kind is unknown, or a field is missing or has another type
     */
    static ActivationRule of(JsonObject json) {
        return switch (json.text("kind")) {
            case TokenRule.KIND -> TokenRule.read(json);
            case BigramRule.KIND -> BigramRule.read(json);
            case NextTokenRule.KIND -> NextTokenRule.read(json);
            case PatternRule.KIND -> PatternRule.read(json);
            case ConceptRule.KIND -> ConceptRule.read(json);
            default ->
                throw json.unexpected(
                        "kind",
                        String.join(
                                ", ",
                                TokenRule.KIND,
                                BigramRule.KIND,
                                NextTokenRule.KIND,
                                PatternRule.KIND,
                                ConceptRule.KIND));
        };
    }
}
