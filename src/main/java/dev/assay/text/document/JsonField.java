package dev.assay.text.document;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A field of a JSON object, possibly nested: {@code meta.text} is the field of exactly that name or, without one, the field {@code text}
 * of the object {@code meta}.
 */
record JsonField(String path) {
    /** Returns the value of the field, or null if there is no such field. */
    JsonNode of(JsonNode object) {
        return find(object, path);
    }

    private static JsonNode find(JsonNode object, String path) {
        JsonNode value = object.get(path);
        for (int dot = path.indexOf('.'); value == null && dot >= 0; dot = path.indexOf('.', dot + 1)) {
            JsonNode inner = object.get(path.substring(0, dot));
            value = inner == null ? null : find(inner, path.substring(dot + 1));
        }
        return value;
    }
}
