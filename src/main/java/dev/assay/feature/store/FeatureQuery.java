package dev.assay.feature.store;

import dev.assay.InvalidInputException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Conditions of {@link FeatureStore#search}. A latent matches if it meets all of them. Immutable; each method returns a changed copy.
 *
 * @param minDensity the minimum fraction of active tokens, inclusive
 * @param maxDensity the maximum fraction of active tokens, inclusive
 * @param minStrength the lower end of the range of the maximum activation, inclusive
 * @param maxStrength the upper end of the range of the maximum activation, inclusive
 * @param peakToken the text of the peak token of one of the examples; surrounding whitespace is ignored
 * @param text a regular expression to find in the text of one of the examples
 * @param examples the number of strongest examples to check for the peak token and the text, at least 1
 * @param timeLimit the time limit of the text search
 */
public record FeatureQuery(
        double minDensity,
        double maxDensity,
        double minStrength,
        double maxStrength,
        Optional<String> peakToken,
        Optional<Pattern> text,
        int examples,
        Duration timeLimit) {
    private static final int EXAMPLES = 10;
    private static final Duration TIME_LIMIT = Duration.ofSeconds(10);

    /** Checks the ranges and the number of examples. */
    public FeatureQuery {
        check("density", minDensity, maxDensity);
        check("strength", minStrength, maxStrength);
        if (examples < 1) {
            throw new InvalidInputException(
                    "the number of examples to search is " + examples + ", expected at least 1");
        }
    }

    /**
     * Returns a query that matches every latent, including dead ones.
     *
     * @return the query
     */
    public static FeatureQuery all() {
        double unlimited = Double.POSITIVE_INFINITY;
        return new FeatureQuery(0, 1, 0, unlimited, Optional.empty(), Optional.empty(), EXAMPLES, TIME_LIMIT);
    }

    /**
     * Requires a density in a range.
     *
     * @param least the minimum fraction of active tokens, inclusive
     * @param most the maximum fraction of active tokens, inclusive
     * @return the changed query
     * @throws InvalidInputException if the minimum is above the maximum
     */
    public FeatureQuery density(double least, double most) {
        return new FeatureQuery(least, most, minStrength, maxStrength, peakToken, text, examples, timeLimit);
    }

    /**
     * Requires a maximum activation in a range.
     *
     * @param least the lower end, inclusive
     * @param most the upper end, inclusive
     * @return the changed query
     * @throws InvalidInputException if the lower end is above the upper end
     */
    public FeatureQuery strength(double least, double most) {
        return new FeatureQuery(minDensity, maxDensity, least, most, peakToken, text, examples, timeLimit);
    }

    /**
     * Requires one of the strongest examples to peak on a token.
     *
     * @param token the text of the token; surrounding whitespace is ignored
     * @return the changed query
     */
    public FeatureQuery peakToken(String token) {
        return new FeatureQuery(
                minDensity, maxDensity, minStrength, maxStrength, Optional.of(token), text, examples, timeLimit);
    }

    /**
     * Requires a match of a regular expression in the text of one of the strongest examples. A search that exceeds {@link #timeLimit}
     * fails.
     *
     * @param expression a regular expression in the syntax of {@link Pattern}
     * @return the changed query
     * @throws InvalidInputException if the expression is malformed
     */
    public FeatureQuery text(String expression) {
        try {
            return text(Pattern.compile(expression));
        } catch (PatternSyntaxException malformed) {
            throw new InvalidInputException("\"" + expression + "\" is not a regular expression: "
                    + malformed.getDescription() + " near index " + malformed.getIndex());
        }
    }

    /**
     * Requires a match of a pattern in the text of one of the strongest examples, see {@link #text(String)}.
     *
     * @param pattern the pattern
     * @return the changed query
     */
    public FeatureQuery text(Pattern pattern) {
        return new FeatureQuery(
                minDensity, maxDensity, minStrength, maxStrength, peakToken, Optional.of(pattern), examples, timeLimit);
    }

    /**
     * Sets the number of strongest examples to check for the peak token and the text.
     *
     * @param count the number of examples, at least 1; default 10
     * @return the changed query
     */
    public FeatureQuery examples(int count) {
        return new FeatureQuery(minDensity, maxDensity, minStrength, maxStrength, peakToken, text, count, timeLimit);
    }

    /**
     * Sets the time limit of the text search.
     *
     * @param longest the time limit; default 10 seconds
     * @return the changed query
     */
    public FeatureQuery timeLimit(Duration longest) {
        return new FeatureQuery(minDensity, maxDensity, minStrength, maxStrength, peakToken, text, examples, longest);
    }

    /** Returns the conditions as a predicate on the latents of a store. The time limit of the text search starts with this call. */
    IntPredicate in(FeatureStore store) {
        Optional<TextSearch> search = text.map(pattern -> new TextSearch(pattern, timeLimit));
        return latent -> hasNumbers(store, latent)
                && (peakToken.isEmpty() && text.isEmpty()
                        || hasExamples(store, store.topExamples(latent, examples), search));
    }

    private boolean hasNumbers(FeatureStore store, int latent) {
        double density = store.density(latent);
        double strength = store.maxActivation(latent);
        return density >= minDensity && density <= maxDensity && strength >= minStrength && strength <= maxStrength;
    }

    private boolean hasExamples(FeatureStore store, List<Example> found, Optional<TextSearch> search) {
        boolean peak = peakToken.isEmpty() || found.stream().anyMatch(example -> peaksOnToken(store, example));
        return peak && (search.isEmpty() || search.get().finds(found));
    }

    /** A token that is a part of a character is found by its own text and by the character. */
    private boolean peaksOnToken(FeatureStore store, Example example) {
        String wanted = peakToken.orElseThrow().strip();
        return store.tokenAt(example.position()).strip().equals(wanted)
                || example.tokens().get(example.peak()).strip().equals(wanted);
    }

    private static void check(String quantity, double least, double most) {
        if (!(least <= most)) {
            throw new InvalidInputException(
                    "the range of the " + quantity + " is " + least + " to " + most + ", expected an ascending range");
        }
    }
}
