package dev.assay.explain.llm;

import java.util.Map;
import java.util.stream.Collectors;

/**
 * A token with its log-probability given the tokens before it.
 *
 * @param text the text of the token, with the space at its start
 * @param logProbability the natural logarithm of its probability, at least {@link #SMALLEST}
 * @param top the log-probabilities of the most probable tokens at the position, by their text; empty if none were requested. The
 *     probabilities of tokens with equal texts are added.
 */
public record ScoredToken(String text, double logProbability, Map<String, Double> top) {
    /** The value of a probability of 0. */
    public static final double SMALLEST = -9999;

    /** Limits the log-probability and leaves out candidates of probability 0. */
    public ScoredToken {
        logProbability = logProbability >= SMALLEST ? logProbability : SMALLEST;
        top = top.entrySet().stream()
                .filter(candidate -> Double.isFinite(candidate.getValue()))
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /**
     * Adds two probabilities.
     *
     * @param a a log-probability
     * @param b another one
     * @return {@code log(exp(a) + exp(b))}
     */
    public static double logSum(double a, double b) {
        double larger = Math.max(a, b);
        return larger == Double.NEGATIVE_INFINITY ? larger : larger + Math.log1p(Math.exp(Math.min(a, b) - larger));
    }
}
