package dev.assay.feature.store;

import dev.assay.InvalidInputException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What a latent must be like to be found by {@link FeatureStore#search}: all that was asked for. Immutable; each method returns a
 * changed copy.
 *
 * @param leastDensity the smallest share of active tokens, inclusive
 * @param mostDensity the largest, inclusive
 * @param leastStrength the smallest largest activation, inclusive
 * @param mostStrength the largest one, inclusive
 * @param peakToken the text of a token on which one of the examples peaks, spaces around it aside
 * @param text what is found in the text of one of the examples
 * @param examples how many of the strongest examples are looked at for the last two
 * @param patience how long examples may be searched for the text
 */
public record FeatureQuery(
        double leastDensity,
        double mostDensity,
        double leastStrength,
        double mostStrength,
        Optional<String> peakToken,
        Optional<Pattern> text,
        int examples,
        Duration patience) {
    private static final int EXAMPLES = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Checks that ranges are ranges. */
    public FeatureQuery {
        check("density", leastDensity, mostDensity);
        check("strength", leastStrength, mostStrength);
        if (examples < 1) {
            throw new InvalidInputException("examples to look at: " + examples + ", expected at least 1");
        }
    }

    /**
     * Starts with a query that finds every latent, dead ones included.
     *
     * @return the query
     */
    public static FeatureQuery all() {
        double unlimited = Double.POSITIVE_INFINITY;
        return new FeatureQuery(0, 1, 0, unlimited, Optional.empty(), Optional.empty(), EXAMPLES, PATIENCE);
    }

    /**
     * Asks for latents that are active so often.
     *
     * @param least the smallest share of tokens, inclusive
     * @param most the largest, inclusive
     * @return the changed query
     * @throws InvalidInputException if the first is above the second
     */
    public FeatureQuery density(double least, double most) {
        return new FeatureQuery(least, most, leastStrength, mostStrength, peakToken, text, examples, patience);
    }

    /**
     * Asks for latents whose largest activation is so strong.
     *
     * @param least the smallest, inclusive
     * @param most the largest, inclusive
     * @return the changed query
     * @throws InvalidInputException if the first is above the second
     */
    public FeatureQuery strength(double least, double most) {
        return new FeatureQuery(leastDensity, mostDensity, least, most, peakToken, text, examples, patience);
    }

    /**
     * Asks for latents one of whose strongest examples peaks on a token.
     *
     * @param token its text; spaces around it do not count
     * @return the changed query
     */
    public FeatureQuery peakToken(String token) {
        return new FeatureQuery(
                leastDensity, mostDensity, leastStrength, mostStrength, Optional.of(token), text, examples, patience);
    }

    /**
     * Asks for latents in the text of one of whose strongest examples a regular expression is found. A search that takes longer than
     * {@link #patience} ends with an error.
     *
     * @param expression as {@link Pattern} takes it
     * @return the changed query
     * @throws InvalidInputException if it is not a regular expression
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
     * Asks for latents in the text of one of whose strongest examples a pattern is found, as {@link #text(String)} does.
     *
     * @param pattern the pattern
     * @return the changed query
     */
    public FeatureQuery text(Pattern pattern) {
        return new FeatureQuery(
                leastDensity,
                mostDensity,
                leastStrength,
                mostStrength,
                peakToken,
                Optional.of(pattern),
                examples,
                patience);
    }

    /**
     * Sets how many of the strongest examples are looked at.
     *
     * @param count at least 1; 10 unless set
     * @return the changed query
     */
    public FeatureQuery examples(int count) {
        return new FeatureQuery(
                leastDensity, mostDensity, leastStrength, mostStrength, peakToken, text, count, patience);
    }

    /**
     * Sets how long examples may be searched for the text.
     *
     * @param longest 10 seconds unless set
     * @return the changed query
     */
    public FeatureQuery patience(Duration longest) {
        return new FeatureQuery(
                leastDensity, mostDensity, leastStrength, mostStrength, peakToken, text, examples, longest);
    }

    /** Starts a search of a store, whose time for the text begins now. */
    IntPredicate in(FeatureStore store) {
        Optional<TextSearch> search = text.map(pattern -> new TextSearch(pattern, patience));
        return latent -> hasNumbers(store, latent)
                && (peakToken.isEmpty() && text.isEmpty() || hasExamples(store.topExamples(latent, examples), search));
    }

    private boolean hasNumbers(FeatureStore store, int latent) {
        double density = store.density(latent);
        double strength = store.maxActivation(latent);
        return density >= leastDensity
                && density <= mostDensity
                && strength >= leastStrength
                && strength <= mostStrength;
    }

    private boolean hasExamples(List<Example> found, Optional<TextSearch> search) {
        boolean peak = peakToken.isEmpty() || found.stream().anyMatch(this::peaksOnToken);
        return peak && (search.isEmpty() || search.get().finds(found));
    }

    private boolean peaksOnToken(Example example) {
        return example.tokens()
                .get(example.peak())
                .strip()
                .equals(peakToken.orElseThrow().strip());
    }

    private static void check(String what, double least, double most) {
        if (!(least <= most)) {
            throw new InvalidInputException(
                    "the " + what + " ranges from " + least + " to " + most + ", expected a rising range");
        }
    }
}
