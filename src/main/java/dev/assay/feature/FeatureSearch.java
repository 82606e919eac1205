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
 * Conditions of {@link FeatureInspector#search}. A feature matches if it meets all of them. Immutable; each method returns a changed copy.
 *
 * <p>Results are ordered by similarity if that is a condition, else by the logit weight of the token if there is one, else by maximum
 * activation.
 *
 * @param query the conditions on the store's statistics and examples
 * @param text a regular expression to find in one of the ten strongest examples
 * @param logitToken the text of a token with a positive logit weight
 * @param similarity the minimum similarity to a latent or direction
 * @param label a part of a label, case-insensitive
 * @param explanation a part of an explanation, case-insensitive
 * @param limit the maximum number of results, at least 1
 * @param timeLimit the time limit of the text search
 */
public record FeatureSearch(
        FeatureQuery query,
        Optional<Pattern> text,
        Optional<String> logitToken,
        Optional<Similarity> similarity,
        Optional<String> label,
        Optional<String> explanation,
        int limit,
        Duration timeLimit) {
    /** Checks the limit. */
    public FeatureSearch {
        if (limit < 1) {
            throw new InvalidInputException("the limit of the search is " + limit + " features, expected at least 1");
        }
    }

    /** A minimum similarity to a latent or to a direction. */
    public sealed interface Similarity {
        /**
         * Returns the minimum similarity.
         *
         * @return a value of the similarity measure
         */
        double least();
    }

    /**
     * A minimum similarity to a latent.
     *
     * @param latent the index of the latent
     * @param measure the similarity measure; Pearson and Jaccard are limited to the coactivating latents that the store keeps per latent
     * @param least the minimum similarity
     */
    public record SimilarToLatent(int latent, Neighbour.Measure measure, double least) implements Similarity {}

    /**
     * A minimum decoder cosine with a direction.
     *
     * @param direction a direction in the decoder's output space, [d_out]
     * @param least the minimum cosine
     */
    public record SimilarToDirection(float[] direction, double least) implements Similarity {
        /** Copies the direction. */
        public SimilarToDirection {
            direction = direction.clone();
        }

        @Override
        public float[] direction() {
            return direction.clone();
        }
    }

    /**
     * Returns a search that matches every live feature.
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
                Optional.empty(),
                50,
                Duration.ofSeconds(10));
    }

    /**
     * Requires one of the strongest examples to peak on a token.
     *
     * @param token the text of the token; surrounding whitespace is ignored
     * @return the changed search
     */
    public FeatureSearch peakToken(String token) {
        return with(query.peakToken(token));
    }

    /**
     * Requires a density in a range.
     *
     * @param least the minimum fraction of active tokens, inclusive
     * @param most the maximum fraction of active tokens, inclusive
     * @return the changed search
     */
    public FeatureSearch density(double least, double most) {
        return with(query.density(least, most));
    }

    /**
     * Requires a maximum activation in a range.
     *
     * @param least the lower end, inclusive
     * @param most the upper end, inclusive
     * @return the changed search
     */
    public FeatureSearch strength(double least, double most) {
        return with(query.strength(least, most));
    }

    /**
     * Requires a match of a regular expression in the text of one of the ten strongest examples. A search that exceeds
     * {@link #timeLimit} fails.
     *
     * @param expression a regular expression in the syntax of {@link Pattern}
     * @return the changed search
     * @throws InvalidInputException if the expression is malformed
     */
    public FeatureSearch matching(String expression) {
        try {
            return new FeatureSearch(
                    query,
                    Optional.of(Pattern.compile(expression)),
                    logitToken,
                    similarity,
                    label,
                    explanation,
                    limit,
                    timeLimit);
        } catch (PatternSyntaxException malformed) {
            throw new InvalidInputException("\"" + expression + "\" is not a regular expression: "
                    + malformed.getDescription() + " near index " + malformed.getIndex());
        }
    }

    /**
     * Requires a positive logit weight on a token, see {@link FeatureReport#topLogits}.
     *
     * @param token the text of one token as in running text, often with a leading space
     * @return the changed search
     */
    public FeatureSearch logitToken(String token) {
        return new FeatureSearch(query, text, Optional.of(token), similarity, label, explanation, limit, timeLimit);
    }

    /**
     * Requires a minimum similarity to a latent.
     *
     * @param latent the index of the latent
     * @param measure the similarity measure
     * @param least the minimum similarity
     * @return the changed search
     */
    public FeatureSearch like(int latent, Neighbour.Measure measure, double least) {
        return with(new SimilarToLatent(latent, measure, least));
    }

    /**
     * Requires a minimum decoder cosine with a direction, for example of a probe or a difference of means.
     *
     * @param direction a direction in the decoder's output space, [d_out]
     * @param least the minimum cosine
     * @return the changed search
     */
    public FeatureSearch along(float[] direction, double least) {
        return with(new SimilarToDirection(direction, least));
    }

    /**
     * Requires a label.
     *
     * @param part a part of the label, case-insensitive
     * @return the changed search
     */
    public FeatureSearch label(String part) {
        return new FeatureSearch(query, text, logitToken, similarity, Optional.of(part), explanation, limit, timeLimit);
    }

    /**
     * Requires an explanation.
     *
     * @param part a part of the text of the explanation, case-insensitive
     * @return the changed search
     */
    public FeatureSearch explanation(String part) {
        return new FeatureSearch(query, text, logitToken, similarity, label, Optional.of(part), limit, timeLimit);
    }

    /**
     * Sets the maximum number of results.
     *
     * @param count the maximum number of features, at least 1; default 50
     * @return the changed search
     */
    public FeatureSearch limit(int count) {
        return new FeatureSearch(query, text, logitToken, similarity, label, explanation, count, timeLimit);
    }

    /**
     * Sets the time limit of the text search.
     *
     * @param longest the time limit; default 10 seconds
     * @return the changed search
     */
    public FeatureSearch timeLimit(Duration longest) {
        return new FeatureSearch(query, text, logitToken, similarity, label, explanation, limit, longest);
    }

    private FeatureSearch with(FeatureQuery changed) {
        return new FeatureSearch(changed, text, logitToken, similarity, label, explanation, limit, timeLimit);
    }

    private FeatureSearch with(Similarity changed) {
        return new FeatureSearch(query, text, logitToken, Optional.of(changed), label, explanation, limit, timeLimit);
    }
}
