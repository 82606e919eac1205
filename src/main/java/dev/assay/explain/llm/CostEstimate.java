package dev.assay.explain.llm;

import java.util.Locale;

/**
 * The cost of a plan before it runs.
 *
 * @param requests the number of requests to send
 * @param cached the number of requests whose answers are in the cache
 * @param promptTokens estimated tokens of the prompts to send; usually within a quarter of the server's count
 * @param completionTokens upper limit of the tokens of the answers
 */
public record CostEstimate(long requests, long cached, long promptTokens, long completionTokens) {
    /**
     * Adds the cost of another plan with other requests.
     *
     * @param other the other cost
     * @return the sums
     */
    public CostEstimate plus(CostEstimate other) {
        return new CostEstimate(
                requests + other.requests,
                cached + other.cached,
                promptTokens + other.promptTokens,
                completionTokens + other.completionTokens);
    }

    /** {@return the requests and tokens in one sentence} */
    public String toText() {
        return String.format(
                Locale.ROOT,
                "%,d requests to send, %,d in the cache; about %,d tokens of prompts and at most %,d of answers",
                requests,
                cached,
                promptTokens,
                completionTokens);
    }

    /**
     * Returns the cost in money.
     *
     * @param perMillionPromptTokens the price of a million tokens of prompts
     * @param perMillionCompletionTokens the price of a million tokens of answers
     * @return an upper limit, in the currency of the prices
     */
    public double price(double perMillionPromptTokens, double perMillionCompletionTokens) {
        return (promptTokens * perMillionPromptTokens + completionTokens * perMillionCompletionTokens) / 1e6;
    }
}
