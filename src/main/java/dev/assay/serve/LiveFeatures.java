package dev.assay.serve;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;

/** The feature reports that the server offers, as JSON. */
interface LiveFeatures {
    /**
     * Runs the model on a text.
     *
     * @throws InvalidInputException if the text has no tokens, or more than the model has positions
     */
    JsonNode prompt(PromptRequest request);

    /**
     * Reports on a feature.
     *
     * @param effects the number of its strongest examples for which the effects of ablation are computed
     * @throws InvalidInputException if there is no such feature
     */
    JsonNode feature(int latent, int effects);

    /** {@return the number of features} */
    int latents();
}
