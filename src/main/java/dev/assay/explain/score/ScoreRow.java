package dev.assay.explain.score;

import dev.assay.InvalidInputException;
import dev.assay.explain.FailureKind;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.Judge;
import dev.assay.explain.ScoreMetric;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The scores of one method or control.
 *
 * @param name the name in the table
 * @param role whether it is a method or a control
 * @param judge the origin of the scores
 * @param dictionary the name of the dictionary of the features; empty for the inspected one. Rows of one dictionary are compared in pairs
 * @param scores the scores of the features, each feature at most once
 */
public record ScoreRow(String name, Role role, Judge judge, String dictionary, List<FeatureScore> scores) {
    /** The role of a row. */
    public enum Role {
        /** A method to compare. */
        METHOD,
        /** A control with a known or expected score. */
        CONTROL
    }

    /** Checks that no feature has two scores; items of the scores are dropped. */
    public ScoreRow {
        scores = scores.stream().map(FeatureScore::withoutItems).toList();
        long features =
                scores.stream().mapToInt(FeatureScore::latent).distinct().count();
        InvalidInputException.require(
                features == scores.size(), "the row \"" + name + "\" has two scores of one feature, expected one");
    }

    /**
     * Creates the row of a method on the inspected dictionary.
     *
     * @param name the name in the table
     * @param judge the origin of the scores
     * @param scores the scores of the features
     * @return the row
     */
    public static ScoreRow method(String name, Judge judge, List<FeatureScore> scores) {
        return new ScoreRow(name, Role.METHOD, judge, "", scores);
    }

    /**
     * Creates the row of a control on the inspected dictionary.
     *
     * @param name the name in the table
     * @param judge the origin of the scores
     * @param scores the scores of the features
     * @return the row
     */
    public static ScoreRow control(String name, Judge judge, List<FeatureScore> scores) {
        return new ScoreRow(name, Role.CONTROL, judge, "", scores);
    }

    /**
     * Assigns the row to another dictionary.
     *
     * @param other the name of the dictionary
     * @return a copy for the dictionary
     */
    public ScoreRow ofDictionary(String other) {
        return new ScoreRow(name, role, judge, other, scores);
    }

    /**
     * Returns the values of a metric by feature.
     *
     * @param metric the metric
     * @param failedAsWrong whether failed items count as wrong; otherwise they are left out
     * @return the values of the features that have one, by latent
     */
    public SortedMap<Integer, Double> values(ScoreMetric metric, boolean failedAsWrong) {
        SortedMap<Integer, Double> values = new TreeMap<>();
        for (FeatureScore score : scores) {
            Double value = (failedAsWrong ? score.withFailures() : score.values()).get(metric);
            if (value != null) {
                values.put(score.latent(), value);
            }
        }
        return values;
    }

    /** {@return the number of all items} */
    public int items() {
        return scores.stream().mapToInt(FeatureScore::items).sum();
    }

    /** {@return the number of failed items by kind} */
    public Map<FailureKind, Integer> failures() {
        Map<FailureKind, Integer> all = new EnumMap<>(FailureKind.class);
        scores.forEach(score -> score.failures().forEach((kind, count) -> all.merge(kind, count, Integer::sum)));
        return Collections.unmodifiableMap(all);
    }

    /** {@return whether more than 5 % of all items failed} */
    public boolean unreliable() {
        int failed = failures().values().stream().mapToInt(Integer::intValue).sum();
        return failed > FeatureScore.RELIABLE_FAILURES * items();
    }

    /**
     * Returns the number of features whose correlation is undefined and counts as 0.
     *
     * @param metric a correlation
     * @return the number
     */
    public int constants(ScoreMetric metric) {
        return (int) scores.stream()
                .filter(score -> score.constant().contains(metric))
                .count();
    }
}
