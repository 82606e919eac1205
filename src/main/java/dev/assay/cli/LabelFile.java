package dev.assay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.io.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads labels of latents: a JSON object from the number of a latent to its label, or to a list of labels. */
final class LabelFile {
    private LabelFile() {}

    static Map<Integer, List<String>> read(Path file) throws IOException {
        JsonObject object = JsonObject.read(file);
        Map<Integer, List<String>> labels = new HashMap<>();
        for (Map.Entry<String, JsonNode> field : object.node().properties()) {
            labels.put(latent(object, field.getKey()), names(object, field.getKey(), field.getValue()));
        }
        return labels;
    }

    private static int latent(JsonObject object, String field) {
        try {
            return Integer.parseInt(field);
        } catch (NumberFormatException noNumber) {
            throw object.unexpected(field, "the number of a latent as the name of the field");
        }
    }

    private static List<String> names(JsonObject object, String field, JsonNode value) {
        if (value.isTextual()) {
            return List.of(value.textValue());
        }
        List<String> names = new ArrayList<>();
        for (JsonNode entry : value) {
            if (!entry.isTextual()) {
                throw object.unexpected(field, "a label or a list of labels");
            }
            names.add(entry.textValue());
        }
        if (!value.isArray()) {
            throw object.unexpected(field, "a label or a list of labels");
        }
        return names;
    }
}
