package dev.assay.explain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Predicts an activation from a token and the token before it. Other pairs, and the first token of a window, have the prediction of the token
 * alone.
 *
 * @param pairs the activation by {@link Pair}
 * @param tokens the activation by token id; 0 for other tokens
 */
public record BigramRule(Map<Pair, Double> pairs, Map<Integer, Double> tokens) implements ActivationRule {
    static final String KIND = "bigrams";

    private static final String PAIRS = "pairs";
    private static final String TOKENS = "tokens";
    private static final int ENTRY = 3;

    /** Copies the maps. */
    public BigramRule {
        pairs = Collections.unmodifiableMap(new TreeMap<>(pairs));
        tokens = TokenTable.copy(tokens);
    }

    /**
     * Two consecutive tokens.
     *
     * @param previous the id of the first
     * @param id the id of the second, which has the activation
     */
    public record Pair(int previous, int id) implements Comparable<Pair> {
        @Override
        public int compareTo(Pair other) {
            return previous == other.previous
                    ? Integer.compare(id, other.id)
                    : Integer.compare(previous, other.previous);
        }
    }

    @Override
    public float[] predict(TextWindow window, TokenConcepts concepts) {
        float[] predicted = new float[window.length()];
        for (int i = 0; i < predicted.length; i++) {
            int id = window.id(i);
            float alone = TokenTable.at(tokens, id);
            Double pair = i == 0 ? null : pairs.get(new Pair(window.id(i - 1), id));
            predicted[i] = pair == null ? alone : pair.floatValue();
        }
        return predicted;
    }

    @Override
    public ObjectNode toJson() {
        ObjectNode json = Json.mapper().createObjectNode().put("kind", KIND);
        ArrayNode list = json.putArray(PAIRS);
        pairs.forEach((pair, value) ->
                list.addArray().add(pair.previous()).add(pair.id()).add(value));
        json.set(TOKENS, TokenTable.write(tokens));
        return json;
    }

    static BigramRule read(JsonObject json) {
        Map<Pair, Double> pairs = new TreeMap<>();
        JsonNode list = json.node().path(PAIRS);
        for (JsonNode entry : list) {
            if (entry.size() != ENTRY
                    || !entry.path(0).isInt()
                    || !entry.path(1).isInt()
                    || !entry.path(2).isNumber()) {
                throw json.unexpected(PAIRS, "a list of [previous id, id, activation]");
            }
            pairs.put(
                    new Pair(entry.get(0).intValue(), entry.get(1).intValue()),
                    entry.get(2).doubleValue());
        }
        if (!list.isArray()) {
            throw json.unexpected(PAIRS, "a list of [previous id, id, activation]");
        }
        return new BigramRule(pairs, TokenTable.read(json, TOKENS));
    }
}
