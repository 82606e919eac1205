package dev.assay.model.spi;

import dev.assay.InvalidInputException;
import dev.assay.io.JsonObject;
import dev.assay.model.config.ActivationFunction;
import java.util.List;

/**
 * The config.json of a checkpoint, with checks for the values that a {@link ModelFamily} reads. Every error message has the file, the
 * field, the value and the expected value.
 *
 * @param json the content of the file
 */
public record ConfigFile(JsonObject json) {
    /** {@return an integer field of at least 1} */
    public int count(String key) {
        int value = json.integer(key);
        expect(key, value > 0, "at least 1");
        return value;
    }

    /** {@return an integer field of at least 1, or the default when the field is missing} */
    public int count(String key, int defaultValue) {
        return json.has(key) ? count(key) : defaultValue;
    }

    /** {@return a positive number; 0 when the field is null, the default when it is missing} */
    public double limit(String key, double defaultValue) {
        if (!json.has(key)) {
            return isNull(key) ? 0 : defaultValue;
        }
        double value = json.number(key);
        expect(key, value > 0, "a positive number or null");
        return value;
    }

    /** {@return whether a field is present and null} */
    public boolean isNull(String key) {
        return json.node().path(key).isNull();
    }

    /**
     * Rejects a value that the generic transformer does not support.
     *
     * @param key the field
     * @param supported whether the value is supported
     * @param expected the supported values, for the message
     * @throws InvalidInputException when it is not
     */
    public void expect(String key, boolean supported, String expected) {
        if (!supported) {
            throw json.unexpected(key, expected);
        }
    }

    /**
     * Rejects a field that is true, for options that the generic transformer does not support.
     *
     * @throws InvalidInputException when the field is true
     */
    public void expectFalse(String key) {
        expect(key, !json.bool(key, false), "false");
    }

    /** {@return the activation function that a field names, or the default when the field is missing} */
    public ActivationFunction activation(String key, ActivationFunction defaultValue) {
        if (!json.has(key)) {
            return defaultValue;
        }
        ActivationFunction named = ActivationFunction.named(json.text(key));
        expect(key, named != null, "one of " + String.join(", ", ActivationFunction.allNames()));
        return named;
    }

    /** {@return for each block whether {@code layer_types} gives it an attention window; an empty list when the field is missing} */
    public List<Boolean> windowedBlocks(int layers) {
        String key = "layer_types";
        if (!json.has(key)) {
            return List.of();
        }
        List<String> types = json.texts(key);
        String windowed = "sliding_attention";
        boolean known = types.size() == layers
                && types.stream().allMatch(type -> type.equals(windowed) || type.equals("full_attention"));
        expect(key, known, layers + " entries, each sliding_attention or full_attention");
        return types.stream().map(windowed::equals).toList();
    }
}
