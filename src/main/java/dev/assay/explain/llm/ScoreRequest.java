package dev.assay.explain.llm;

import dev.assay.InvalidInputException;

/**
 * A text whose tokens are to be scored by a language model, without a chat template.
 *
 * @param text a text that is not empty
 * @param topLogProbabilities the number of most probable tokens to return at each position; 0 means none
 */
public record ScoreRequest(String text, int topLogProbabilities) {
    /** Checks the values. */
    public ScoreRequest {
        InvalidInputException.require(!text.isEmpty(), "the text to score is empty, expected at least one token");
        InvalidInputException.requireAtLeast(0, "topLogProbabilities", topLogProbabilities);
    }

    /**
     * Returns the identity of the request in a cache.
     *
     * @param model the name of the model
     * @return the SHA-256 of the model, the text and the number of log-probabilities, in hexadecimal
     */
    public String key(String model) {
        return RequestKey.of(RequestKey.json(model, this));
    }
}
