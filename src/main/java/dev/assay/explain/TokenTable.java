package dev.assay.explain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** Numbers by token id in JSON: an object with ids as names. */
final class TokenTable {
    private TokenTable() {}

    static Map<Integer, Double> copy(Map<Integer, Double> values) {
        return Collections.unmodifiableMap(new TreeMap<>(values));
    }

    static ObjectNode write(Map<Integer, Double> values) {
        ObjectNode json = Json.mapper().createObjectNode();
        values.forEach((id, value) -> json.put(id.toString(), value));
        return json;
    }

    static Map<Integer, Double> read(JsonObject json, String field) {
        Map<Integer, Double> values = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : json.object(field).node().properties()) {
            if (!entry.getKey().matches("\\d{1,9}") || !entry.getValue().isNumber()) {
                throw json.unexpected(field, "an object of numbers by token id");
            }
            values.put(Integer.valueOf(entry.getKey()), entry.getValue().doubleValue());
        }
        return values;
    }

    static float at(Map<Integer, Double> values, int id) {
        return values.getOrDefault(id, 0.0).floatValue();
    }
}
