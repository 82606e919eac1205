package dev.assay.feature.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A description of a feature in words, with its scores.
 *
 * @param text the description
 * @param by the origin, such as {@code token-lookup} or the name of a language model
 * @param scores its scores, the most important first; empty if it was not scored
 */
public record FeatureExplanation(String text, String by, List<Score> scores) {
    /** Copies the list. */
    public FeatureExplanation {
        scores = List.copyOf(scores);
    }

    /**
     * A score of an explanation.
     *
     * @param metric the name of the metric, such as {@code f1}
     * @param judge the scorer and its judge
     * @param value the score
     */
    public record Score(String metric, String judge, double value) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%s %.3f (%s)", metric, value, judge);
        }
    }

    /** {@return the origin and the scores in one line} */
    public String source() {
        return scores.isEmpty()
                ? by
                : by + ": " + scores.stream().map(Score::toString).collect(Collectors.joining(", "));
    }
}
