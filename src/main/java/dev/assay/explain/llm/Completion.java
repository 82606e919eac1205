package dev.assay.explain.llm;

import java.util.List;

/**
 * A complete answer of a language model.
 *
 * @param text the answer without its reasoning
 * @param tokens the tokens of {@code text} with their log-probabilities; empty if the model returned none
 * @param usage the tokens of the request and of the answer
 * @param servedBy the model and its version according to the server, such as {@code gpt-4.1-mini fp_1a2b}; empty if unknown
 * @param tries the number of requests that were sent, at least 1
 */
public record Completion(String text, List<ScoredToken> tokens, TokenUsage usage, String servedBy, int tries) {
    /** Copies the list. */
    public Completion {
        tokens = List.copyOf(tokens);
    }
}
