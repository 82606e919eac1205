package dev.assay.explain.judge;

import dev.assay.InvalidInputException;
import dev.assay.explain.saebench.SaeBenchWindows.Counts;
import java.util.Arrays;
import java.util.stream.Collectors;

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
        TOKEN_LEVELS("token-levels"),
        /** Short texts around a token, in which active tokens are marked, as in SAEBench. */
        SAEBENCH("saebench");

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

        /**
         * Returns the style of a name.
         *
         * @param id a name of {@link #id()}
         * @return the style
         * @throws InvalidInputException if there is none
         */
        public static Style named(String id) {
            return Arrays.stream(values())
                    .filter(style -> style.id.equals(id))
                    .findFirst()
                    .orElseThrow(
                            () -> new InvalidInputException("unknown style of prompts \"" + id + "\", expected one of "
                                    + Arrays.stream(values()).map(Style::id).collect(Collectors.joining(", "))));
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
     * Creates options like those of SAEBench: the 10 strongest and 5 importance-weighted windows, without examples of other features.
     *
     * @param seed the seed of the windows and of the answer
     * @return temperature 0, up to 60 tokens
     */
    public static ExplainerOptions saeBench(long seed) {
        int windows = Counts.EXPLAINER.top() + Counts.EXPLAINER.importance();
        return new ExplainerOptions(Style.SAEBENCH, windows, 60, 0, seed, USUAL_PROMPT);
    }

    /**
     * Creates the usual options of a style.
     *
     * @param style the form of the examples in the prompt
     * @param seed the seed of the answer
     * @return {@link #markedText}, {@link #tokenLevels} or {@link #saeBench}
     */
    public static ExplainerOptions of(Style style, long seed) {
        return switch (style) {
            case MARKED_TEXT -> markedText(seed);
            case TOKEN_LEVELS -> tokenLevels(seed);
            case SAEBENCH -> saeBench(seed);
        };
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
