package dev.assay.activation;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * Where activations are from.
 *
 * @param model the name of the model, or the folder it was loaded from
 * @param precision what the matrix products of the model compute in
 * @param hooks the names of the sites, in the order of the columns; written as {@code hook}, one name as a string
 * @param text the text, in words
 * @param part the part of it, and whatever else decides which rows come in which order, in words
 * @param contextLength the tokens of a context
 * @param prependBos whether every context starts with BOS
 * @param withoutSpecialTokens whether the positions of special tokens were left out
 */
public record ActivationProvenance(
        String model,
        String precision,
        @JsonProperty("hook")
                @JsonFormat(
                        with = {
                            JsonFormat.Feature.WRITE_SINGLE_ELEM_ARRAYS_UNWRAPPED,
                            JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY
                        })
                List<String> hooks,
        String text,
        String part,
        int contextLength,
        boolean prependBos,
        boolean withoutSpecialTokens) {
    /** Copies the list. */
    public ActivationProvenance {
        hooks = List.copyOf(hooks);
    }

    /**
     * Returns the provenance of some of the sites.
     *
     * @param some the names of the sites, in the order of the columns
     * @return the same with these sites
     */
    public ActivationProvenance at(List<String> some) {
        return new ActivationProvenance(
                model, precision, some, text, part, contextLength, prependBos, withoutSpecialTokens);
    }

    /** {@return sites, model and text in words, for messages} */
    public String description() {
        return String.join(", ", hooks) + " of " + model + " on " + text;
    }
}
