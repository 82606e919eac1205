package dev.assay.explain.measure;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/** The probability {@code P(1) / (P(0) + P(1))} of a positive answer, from the most probable tokens at its position. */
public final class YesNoProbability {
    private YesNoProbability() {}

    /** The rule that decides which tokens are 0 and 1. */
    public enum Rule {
        /** Tokens that are the digit, apart from white space. */
        EXACT,
        /** Tokens that contain the digit, where a token with both counts as 0, as in delphi. */
        CONTAINS
    }

    /**
     * Computes the probability.
     *
     * @param logProbabilities log-probability by token
     * @param rule which tokens are digits
     * @return from 0 to 1; empty if neither digit is among the tokens
     */
    public static OptionalDouble of(Map<String, Double> logProbabilities, Rule rule) {
        double zero = 0;
        double one = 0;
        for (Map.Entry<String, Double> entry : logProbabilities.entrySet()) {
            double probability = Math.exp(entry.getValue());
            Arguments.requireFinite("the probability of token \"" + entry.getKey() + "\"", probability);
            if (is("0", rule).test(entry.getKey())) {
                zero += probability;
            } else if (is("1", rule).test(entry.getKey())) {
                one += probability;
            }
        }
        return zero + one > 0 ? OptionalDouble.of(one / (zero + one)) : OptionalDouble.empty();
    }

    private static Predicate<String> is(String digit, Rule rule) {
        return rule == Rule.EXACT ? token -> token.strip().equals(digit) : token -> token.contains(digit);
    }
}
