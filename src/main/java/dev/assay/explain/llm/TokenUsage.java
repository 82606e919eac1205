package dev.assay.explain.llm;

/**
 * The number of tokens of requests and answers, as the server counts them.
 *
 * @param promptTokens tokens of the prompts
 * @param completionTokens tokens of the answers, including reasoning
 */
public record TokenUsage(long promptTokens, long completionTokens) {
    /** No tokens. */
    public static final TokenUsage NONE = new TokenUsage(0, 0);

    /**
     * Returns the tokens of prompts and answers.
     *
     * @return their sum
     */
    public long total() {
        return promptTokens + completionTokens;
    }

    /**
     * Adds the tokens of another request.
     *
     * @param other the other tokens
     * @return the sums
     */
    public TokenUsage plus(TokenUsage other) {
        return new TokenUsage(promptTokens + other.promptTokens, completionTokens + other.completionTokens);
    }
}
