package dev.assay.explain.llm;

import java.util.List;

/**
 * The log-probabilities of the tokens of a text. The first token of the text is missing unless the model puts a BOS token before it.
 *
 * @param tokens the tokens that have a prediction, in the order of the text
 * @param usage the tokens of the request
 */
public record PromptLogProbabilities(List<PromptToken> tokens, TokenUsage usage) {
    /**
     * A token of the text.
     *
     * @param start the position of its first character in the text, in UTF-16 units
     * @param scored the token with its log-probability
     */
    public record PromptToken(int start, ScoredToken scored) {}

    /** Copies the list. */
    public PromptLogProbabilities {
        tokens = List.copyOf(tokens);
    }
}
