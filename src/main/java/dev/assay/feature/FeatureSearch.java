package dev.assay.feature;

import dev.assay.InvalidInputException;
import dev.assay.feature.report.FeatureReport;
import dev.assay.feature.report.Neighbour;
import dev.assay.feature.store.FeatureQuery;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What is looked for with {@link FeatureInspector#search}: features that meet all that was asked. Immutable; each method returns a changed
 * copy.
 *
 * <p>What is found comes in the order of the likeness if one was asked for, else of the logit weight if a token was, else of the largest
 * activation.
 *
 * @param query what the store must say of a feature
 * @param text what is found in the text of one of its strongest examples
 * @param logitToken a token that it must make more likely
 * @param likeness what it must be like
 * @param label a part of one of its labels, in capitals or not
 * @param limit how many are returned at most
 * @param patience how long examples may be searched for the text
 */
public record FeatureSearch(
        FeatureQuery query,
        Optional<Pattern> text,
        Optional<String> logitToken,
        Optional<Likeness> likeness,
        Optional<String> label,
        int limit,
        Duration patience) {
    /** Checks the limit. */
    public FeatureSearch {
        if (limit < 1) {
            throw new InvalidInputException("asked for " + limit + " features, expected at least 1");
        }
    }

    /** What a feature must be like. */
    public sealed interface Likeness {
        /**
         * Returns how like it must be.
         *
         * @return the smallest value of the measure
         */
        double least();
    }

    /**
     * Like a latent.
     *
     * @param latent its number
     * @param measure how likeness is measured; by Pearson and Jaccard among the latents that the store keeps beside each
     * @param least the smallest value
     */
    public record LikeLatent(int latent, Neighbour.Measure measure, double least) implements Likeness {}

    /**
     * Like a direction, by the cosine with the decoder.
     *
     * @param direction as many numbers as the decoder has for a latent
     * @param least the smallest cosine
     */
    public record LikeDirection(float[] direction, double least) implements Likeness {
        /** Keeps its own copy. */
        public LikeDirection {
            direction = direction.clone();
        }

        @Override
        public float[] direction() {
            return direction.clone();
        }
    }

    /**
     * Starts with a search that finds every live feature.
     *
     * @return the search
     */
    public static FeatureSearch all() {
        return new FeatureSearch(
                FeatureQuery.all().strength(Double.MIN_VALUE, Double.POSITIVE_INFINITY),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                50,
                Duration.ofSeconds(10));
    }

    /**
     * Asks for features one of whose strongest examples peaks on a token.
     *
     * @param token its text; spaces around it do not count
     * @return the changed search
     */
    public FeatureSearch peakToken(String token) {
        return with(query.peakToken(token));
    }

    /**
     * Asks for features that are active so often.
     *
     * @param least the smallest share of tokens, inclusive
     * @param most the largest, inclusive
     * @return the changed search
     */
    public FeatureSearch density(double least, double most) {
        return with(query.density(least, most));
    }

    /**
     * Asks for features whose largest activation is so strong.
     *
     * @param least the smallest, inclusive
     * @param most the largest, inclusive
     * @return the changed search
     */
    public FeatureSearch strength(double least, double most) {
        return with(query.strength(least, most));
    }

    /**
     * Asks for features in the text of one of whose ten strongest examples a regular expression is found. A search that takes longer
     * than {@link #patience} ends with an error.
     *
     * @param expression as {@link Pattern} takes it
     * @return the changed search
     * @throws InvalidInputException if it is not a regular expression
     */
    public FeatureSearch matching(String expression) {
        try {
            return new FeatureSearch(
                    query, Optional.of(Pattern.compile(expression)), logitToken, likeness, label, limit, patience);
        } catch (PatternSyntaxException malformed) {
            throw new InvalidInputException("\"" + expression + "\" is not a regular expression: "
                    + malformed.getDescription() + " near index " + malformed.getIndex());
        }
    }

    /**
     * Asks for features that make a token more likely, see {@link FeatureReport#topLogits}.
     *
     * @param token the text of one token as it appears within a text, often with a leading space
     * @return the changed search
     */
    public FeatureSearch logitToken(String token) {
        return new FeatureSearch(query, text, Optional.of(token), likeness, label, limit, patience);
    }

    /**
     * Asks for features that are like one of them.
     *
     * @param latent its number
     * @param measure how likeness is measured
     * @param least the smallest value of the measure
     * @return the changed search
     */
    public FeatureSearch like(int latent, Neighbour.Measure measure, double least) {
        return with(new LikeLatent(latent, measure, least));
    }

    /**
     * Asks for features whose decoder points along a direction, such as that of a probe or a difference of means.
     *
     * @param direction as many numbers as the decoder has for a latent
     * @param least the smallest cosine
     * @return the changed search
     */
    public FeatureSearch along(float[] direction, double least) {
        return with(new LikeDirection(direction, least));
    }

    /**
     * Asks for features with a label.
     *
     * @param part a part of the label, in capitals or not
     * @return the changed search
     */
    public FeatureSearch label(String part) {
        return new FeatureSearch(query, text, logitToken, likeness, Optional.of(part), limit, patience);
    }

    /**
     * Sets how many features are returned.
     *
     * @param count at most so many; 50 unless set
     * @return the changed search
     */
    public FeatureSearch limit(int count) {
        return new FeatureSearch(query, text, logitToken, likeness, label, count, patience);
    }

    /**
     * Sets how long examples may be searched.
     *
     * @param longest 10 seconds unless set
     * @return the changed search
     */
    public FeatureSearch patience(Duration longest) {
        return new FeatureSearch(query, text, logitToken, likeness, label, limit, longest);
    }

    private FeatureSearch with(FeatureQuery changed) {
        return new FeatureSearch(changed, text, logitToken, likeness, label, limit, patience);
    }

    private FeatureSearch with(Likeness wanted) {
        return new FeatureSearch(query, text, logitToken, Optional.of(wanted), label, limit, patience);
    }
}
