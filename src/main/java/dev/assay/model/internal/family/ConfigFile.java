package dev.assay.model.internal.family;

import dev.assay.io.JsonObject;
import dev.assay.model.config.ActivationFunction;
import java.util.List;

/**
 * A config.json, whose entries moved and changed names over the years.
 *
 * @param json its content
 */
public record ConfigFile(JsonObject json) {
    private static final int USUAL_BLOCKS = 1_000;

    /** Returns a positive whole number. */
    int count(String key) {
        int value = json.integer(key);
        expect(key, value > 0, "at least 1");
        return value;
    }

    int count(String key, int otherwise) {
        return json.has(key) ? count(key) : otherwise;
    }

    /**
     * Refuses many more blocks than the checkpoint has tensors: to plan for them could take any amount of memory. A file may hold
     * the first part of a model only.
     */
    public void expectBlocksFor(int tensors) {
        int most = Math.max(tensors, USUAL_BLOCKS);
        for (String key : new String[] {"num_hidden_layers", "n_layer"}) {
            expect(key, count(key, 1) <= most, "at most " + most + ", as the checkpoint has " + tensors + " tensors");
        }
        if (json.has("text_config")) {
            new ConfigFile(json.object("text_config")).expectBlocksFor(tensors);
        }
    }

    /** Returns a number that a null turns off, as 0; it must be positive otherwise. */
    double limit(String key, double otherwise) {
        if (!json.has(key)) {
            return isNull(key) ? 0 : otherwise;
        }
        double value = json.number(key);
        expect(key, value > 0, "a positive number or null");
        return value;
    }

    /** Tells whether an entry is there and null, which says no, where one that is missing says nothing. */
    boolean isNull(String key) {
        return json.node().path(key).isNull();
    }

    /** Refuses an entry that asks for something the block does not compute. */
    void expect(String key, boolean supported, String expected) {
        if (!supported) {
            throw json.unexpected(key, expected);
        }
    }

    /** Refuses an entry that turns on something the block does not compute. */
    void expectFalse(String key) {
        expect(key, !json.bool(key, false), "false");
    }

    /** Returns the nonlinearity that an entry names. */
    ActivationFunction activation(String key, ActivationFunction otherwise) {
        if (!json.has(key)) {
            return otherwise;
        }
        ActivationFunction named = ActivationFunction.named(json.text(key));
        expect(key, named != null, "one of " + String.join(", ", ActivationFunction.allNames()));
        return named;
    }

    /** Returns for each block whether it has a window; null when the file does not say. */
    List<Boolean> windowedBlocks(int layers) {
        String key = "layer_types";
        if (!json.has(key)) {
            return null;
        }
        List<String> types = json.texts(key);
        String windowed = "sliding_attention";
        boolean known = types.size() == layers
                && types.stream().allMatch(type -> type.equals(windowed) || type.equals("full_attention"));
        expect(key, known, layers + " entries, each sliding_attention or full_attention");
        return types.stream().map(windowed::equals).toList();
    }
}
