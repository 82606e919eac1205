package dev.assay.explain.measure;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The expected activation level {@code Σ v·p(v) / Σ p(v)} over the levels 0 to 10 among the most probable tokens of a position.
 *
 * @param value from 0 to 10; 0 without a candidate
 * @param probabilities the renormalised probability of each level that is among the tokens; empty without a candidate
 * @param mass the probability of all candidates before renormalisation
 */
public record ExpectedLevel(double value, SortedMap<Integer, Double> probabilities, double mass) {
    /** The rule that decides which tokens are numbers. */
    public enum Spelling {
        /** Only the exact strings 0 to 10, as in OpenAI's neuron explainer. */
        EXACT,
        /** Also strings with surrounding white space; the probabilities of all spellings of a number are added. */
        ADDED
    }

    /** Copies the probabilities. */
    public ExpectedLevel {
        probabilities = Collections.unmodifiableSortedMap(new TreeMap<>(probabilities));
    }

    /**
     * Computes the expected level.
     *
     * @param logProbabilities log-probability by token
     * @param spelling which tokens are numbers
     * @return the expected level
     * @throws dev.assay.InvalidInputException if a log-probability is NaN or positive infinity
     */
    public static ExpectedLevel of(Map<String, Double> logProbabilities, Spelling spelling) {
        TreeMap<Integer, Double> sums = new TreeMap<>();
        double mass = 0;
        for (Map.Entry<String, Double> entry : logProbabilities.entrySet()) {
            String text =
                    spelling == Spelling.EXACT ? entry.getKey() : entry.getKey().strip();
            if (text.matches("[0-9]|10")) {
                double probability = Math.exp(entry.getValue());
                Arguments.requireFinite("the probability of token \"" + entry.getKey() + "\"", probability);
                sums.merge(Integer.parseInt(text), probability, Double::sum);
                mass += probability;
            }
        }
        if (mass == 0) {
            return new ExpectedLevel(0, new TreeMap<>(), 0);
        }
        double expected = 0;
        for (Map.Entry<Integer, Double> entry : sums.entrySet()) {
            entry.setValue(entry.getValue() / mass);
            expected += entry.getKey() * entry.getValue();
        }
        return new ExpectedLevel(expected, sums, mass);
    }

    /**
     * Returns whether a number is among the tokens. A position without one is counted as a failure.
     *
     * @return false if the value is 0 for want of a candidate
     */
    public boolean answered() {
        return mass > 0;
    }
}
