package dev.assay.model;

import dev.assay.checkpoint.JsonObject;

/**
 * A config.json, whose entries moved and changed names over the years.
 *
 * @param json its content
 */
record ConfigFile(JsonObject json) {
    private static final String ROPE = "rope_parameters";

    /** Returns a positive whole number. */
    int count(String key) {
        int value = json.integer(key);
        expect(key, value > 0, "at least 1");
        return value;
    }

    int count(String key, int otherwise) {
        return json.has(key) ? count(key) : otherwise;
    }

    /** Returns a number of the rotary embedding: a field of {@code rope_parameters}, or one with an older name beside it. */
    double rotary(double otherwise, String key, String olderKey) {
        if (json.has(ROPE) && json.object(ROPE).has(key)) {
            return json.object(ROPE).number(key);
        }
        return json.number(olderKey, json.number(key, otherwise));
    }

    /** Refuses rotary frequencies that are scaled. */
    void expectPlainRotary() {
        for (String group : new String[] {ROPE, "rope_scaling"}) {
            if (json.has(group)) {
                String type =
                        json.object(group).text("rope_type", json.object(group).text("type", "default"));
                expect(group, type.equals("default"), "one whose rope_type is \"default\"");
            }
        }
    }

    /** Refuses an entry that asks for something the block does not compute. */
    void expect(String key, boolean supported, String expected) {
        if (!supported) {
            throw json.unexpected(key, expected);
        }
    }

    /** Returns the nonlinearity that an entry names. */
    ActivationFunction activation(String key, ActivationFunction otherwise) {
        if (!json.has(key)) {
            return otherwise;
        }
        return switch (json.text(key)) {
            case "gelu" -> ActivationFunction.GELU;
            case "gelu_new", "gelu_pytorch_tanh", "gelu_fast" -> ActivationFunction.GELU_TANH;
            default -> throw json.unexpected(key, "one of gelu, gelu_new, gelu_pytorch_tanh, gelu_fast");
        };
    }
}
