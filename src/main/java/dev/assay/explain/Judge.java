package dev.assay.explain;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;

/**
 * The origin of the answers of a score: an instrument, and the language model or encoder that it asks. Scores of different judges must not be
 * compared.
 *
 * @param instrument the method, such as {@code rule}, {@code json-hard}, or the name of a scorer that asks its own questions
 * @param model the name of the language model or encoder; empty for an instrument without one
 */
public record Judge(String instrument, String model) {
    /**
     * Creates an instrument without a model.
     *
     * @param instrument its name
     * @return the judge
     */
    public static Judge of(String instrument) {
        return new Judge(instrument, "");
    }

    /** {@return the name in tables, such as {@code json-hard by qwen3-4b}} */
    public String title() {
        return model.isEmpty() ? instrument : instrument + " by " + model;
    }

    /**
     * Returns the name in a file or sentence that already names the scorer.
     *
     * @param scorer the name of the scorer
     * @return the name of the model if the scorer itself is the instrument, otherwise {@link #title}
     */
    public String titleIn(String scorer) {
        return instrument.equals(scorer) && !model.isEmpty() ? model : title();
    }

    /** {@return an object with the instrument and, if there is one, the model} */
    public ObjectNode toJson() {
        ObjectNode json = Json.mapper().createObjectNode().put("instrument", instrument);
        return model.isEmpty() ? json : json.put("model", model);
    }
}
