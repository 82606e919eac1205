package dev.assay.explain.judge;

import dev.assay.InvalidInputException;

/**
 * Options of explanations by a language model.
 *
 * @param style the form of the examples in the prompt
 * @param windows the largest number of examples, all from training documents
 * @param maxTokens the largest number of tokens in the answer, including reasoning
 * @param temperature the divisor of the logits
 * @param seed the seed of the answer
 * @param promptTokens the largest estimated number of tokens of the prompt; examples of other features are left out until it fits
 */
public record ExplainerOptions(
        Style style, int windows, int maxTokens, double temperature, long seed, int promptTokens) {
    /** The form of the examples in the prompt. */
    public enum Style {
        /** Texts in which active tokens are enclosed in {@code <<} and {@code >>}, as in delphi. */
        MARKED_TEXT("marked-text"),
        /** Pairs of a token and its activation from 0 to 10, as in OpenAI's neuron explainer. */
        TOKEN_LEVELS("token-levels");

        private final String id;

        Style(String id) {
            this.id = id;
        }

        /**
         * Returns the name in the provenance of explanations.
         *
         * @return such as {@code marked-text}
         */
        public String id() {
            return id;
        }
    }

    private static final int USUAL_PROMPT = 6000;

    /** Checks the ranges. */
    public ExplainerOptions {
        InvalidInputException.requireAtLeast(1, "the number of examples in the prompt", windows);
        InvalidInputException.requireAtLeast(1, "the number of tokens of an explanation", maxTokens);
        InvalidInputException.require(temperature >= 0, "temperature", temperature, "at least 0");
        InvalidInputException.requireAtLeast(1, "the number of tokens of a prompt", promptTokens);
    }

    /**
     * Creates options for texts with marks: 40 examples, a quarter of them the strongest and the others from all deciles.
     *
     * @param seed the seed of the answer
     * @return temperature 0, up to 400 tokens
     */
    public static ExplainerOptions markedText(long seed) {
        return new ExplainerOptions(Style.MARKED_TEXT, 40, 400, 0, seed, USUAL_PROMPT);
    }

    /**
     * Creates options like those of OpenAI's protocol: the 5 strongest examples.
     *
     * @param seed the seed of the answer
     * @return temperature 1, up to 60 tokens
     */
    public static ExplainerOptions tokenLevels(long seed) {
        return new ExplainerOptions(Style.TOKEN_LEVELS, 5, 60, 1, seed, USUAL_PROMPT);
    }

    /**
     * Changes the largest number of tokens in the answer.
     *
     * @param tokens the limit
     * @return otherwise the same options
     */
    public ExplainerOptions withMaxTokens(int tokens) {
        return new ExplainerOptions(style, windows, tokens, temperature, seed, promptTokens);
    }

    /**
     * Changes the largest number of tokens in the prompt.
     *
     * @param tokens the limit
     * @return otherwise the same options
     */
    public ExplainerOptions withPromptTokens(int tokens) {
        return new ExplainerOptions(style, windows, maxTokens, temperature, seed, tokens);
    }
}
