package dev.assay.explain.llm;

import dev.assay.InvalidInputException;
import java.util.List;

/**
 * A question for a language model. Equal requests have equal keys in a cache.
 *
 * @param messages the conversation, at least one message
 * @param settings the sampling
 * @param format the form of the answer
 */
public record ChatRequest(List<ChatMessage> messages, Settings settings, AnswerFormat format) {
    /**
     * The sampling of an answer.
     *
     * @param maxTokens the largest number of tokens in the answer; a longer answer is a failure
     * @param temperature the divisor of the logits; 0 selects the most probable tokens
     * @param seed the seed of the draws; servers need not honour it
     * @param topLogProbabilities the number of most probable tokens to return at each position; 0 means none. A model without
     *     {@link Ability#LOG_PROBABILITIES} returns none.
     */
    public record Settings(int maxTokens, double temperature, long seed, int topLogProbabilities) {
        private static final int MOST_LOG_PROBABILITIES = 20;

        /** Checks the numbers. */
        public Settings {
            InvalidInputException.requireAtLeast(1, "maxTokens", maxTokens);
            InvalidInputException.require(temperature >= 0, "temperature", temperature, "at least 0");
            InvalidInputException.require(
                    topLogProbabilities >= 0 && topLogProbabilities <= MOST_LOG_PROBABILITIES,
                    "topLogProbabilities",
                    topLogProbabilities,
                    "0 to " + MOST_LOG_PROBABILITIES);
        }

        /**
         * Creates settings that select the most probable tokens.
         *
         * @param maxTokens the largest number of tokens in the answer
         * @param seed the seed, which distinguishes requests of different runs in the cache
         * @return temperature 0, without log-probabilities
         */
        public static Settings greedy(int maxTokens, long seed) {
            return new Settings(maxTokens, 0, seed, 0);
        }

        /**
         * Changes the number of log-probabilities.
         *
         * @param top the number of most probable tokens at each position
         * @return otherwise the same settings
         */
        public Settings withTopLogProbabilities(int top) {
            return new Settings(maxTokens, temperature, seed, top);
        }
    }

    /** Copies the messages. */
    public ChatRequest {
        messages = List.copyOf(messages);
        InvalidInputException.require(!messages.isEmpty(), "a request has no messages, expected at least one");
    }

    /**
     * Returns the identity of the request in a cache.
     *
     * @param model the name of the model
     * @return the SHA-256 of the model, the messages, the sampling and the schema, in hexadecimal
     */
    public String key(String model) {
        return RequestKey.of(RequestKey.json(model, this));
    }
}
