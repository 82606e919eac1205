package dev.assay.explain.measure;

import dev.assay.InvalidInputException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * Accumulates scores of positive and negative items for ranking metrics. Memory is proportional to the number of distinct scores, so a
 * corpus in which most tokens have the score 0 is added exactly. Equal scores are one threshold. Not safe for several threads.
 */
public final class RankedOutcomes {
    private final Map<Double, double[]> weights =
            new HashMap<>(); // by score: weight of the negatives, of the positives
    private double positives;
    private double negatives;

    /**
     * A threshold with the F1 of the items whose score is at least the threshold.
     *
     * @param value the threshold
     * @param f1 from 0 to 1
     */
    public record Threshold(double value, double f1) {}

    /**
     * Adds items of weight 1.
     *
     * @param scores n scores
     * @param labels n labels, true for positive items
     * @return the items
     * @throws InvalidInputException if the lengths differ or a score is NaN
     */
    public static RankedOutcomes of(double[] scores, boolean[] labels) {
        Arguments.requireEqual("scores and labels", scores.length, labels.length);
        RankedOutcomes outcomes = new RankedOutcomes();
        for (int i = 0; i < scores.length; i++) {
            outcomes.add(scores[i], labels[i], 1);
        }
        return outcomes;
    }

    /**
     * Adds one item, or several items of equal score.
     *
     * @param score a larger score means more likely positive
     * @param positive the label
     * @param weight the weight of the items, at least 0
     * @throws InvalidInputException if the score is NaN or the weight is negative
     */
    public void add(double score, boolean positive, double weight) {
        InvalidInputException.require(!Double.isNaN(score), "a score is NaN, expected a number");
        Arguments.requireWeight(weight);
        if (weight == 0) {
            return;
        }
        weights.computeIfAbsent(score + 0.0, key -> new double[2])[positive ? 1 : 0] += weight; // + 0.0: −0 equals 0
        positives += positive ? weight : 0;
        negatives += positive ? 0 : weight;
    }

    /** {@return the weight of the positive items} */
    public double positives() {
        return positives;
    }

    /** {@return the weight of the negative items} */
    public double negatives() {
        return negatives;
    }

    /**
     * Returns the area under the ROC curve: the probability that a positive item has a larger score than a negative one, where equal scores
     * count one half.
     *
     * @return from 0 to 1; empty without positives or without negatives
     */
    public OptionalDouble auroc() {
        if (positives == 0 || negatives == 0) {
            return OptionalDouble.empty();
        }
        double wins = 0;
        double negativesBelow = 0;
        for (double[] tied : new TreeMap<>(weights).values()) {
            wins += tied[1] * (negativesBelow + tied[0] / 2);
            negativesBelow += tied[0];
        }
        return OptionalDouble.of(wins / (positives * negatives));
    }

    /**
     * Returns the average precision {@code Σ (Rₙ − Rₙ₋₁) Pₙ} over the distinct scores from the largest to the smallest, the area under the
     * precision-recall curve without interpolation. Its chance level is the share of positives.
     *
     * @return from 0 to 1; empty without positives
     */
    public OptionalDouble averagePrecision() {
        if (positives == 0) {
            return OptionalDouble.empty();
        }
        double hits = 0;
        double predicted = 0;
        double area = 0;
        for (double[] tied : new TreeMap<>(weights).descendingMap().values()) {
            hits += tied[1];
            predicted += tied[0] + tied[1];
            area += tied[1] * hits / predicted;
        }
        return OptionalDouble.of(area / positives);
    }

    /**
     * Returns the threshold of the largest F1, to be chosen on other documents than it is applied to.
     *
     * @return the largest such threshold
     * @throws InvalidInputException without positives
     */
    public Threshold bestThreshold() {
        InvalidInputException.require(
                positives > 0, "no item is positive, expected at least one to choose a threshold");
        Threshold best = new Threshold(Double.POSITIVE_INFINITY, -1);
        double hits = 0;
        double predicted = 0;
        for (Map.Entry<Double, double[]> tied :
                new TreeMap<>(weights).descendingMap().entrySet()) {
            hits += tied.getValue()[1];
            predicted += tied.getValue()[0] + tied.getValue()[1];
            double f1 = 2 * hits / (predicted + positives);
            if (f1 > best.f1()) {
                best = new Threshold(tied.getKey(), f1);
            }
        }
        return best;
    }

    /**
     * Returns the confusion matrix of the items whose score is at least a threshold.
     *
     * @param threshold items with this score are predicted positive
     * @return the matrix
     */
    public ConfusionMatrix atLeast(double threshold) {
        double hits = 0;
        double falseAlarms = 0;
        for (Map.Entry<Double, double[]> entry : weights.entrySet()) {
            if (entry.getKey() >= threshold) {
                falseAlarms += entry.getValue()[0];
                hits += entry.getValue()[1];
            }
        }
        return new ConfusionMatrix(
                hits, Math.max(0, negatives - falseAlarms), falseAlarms, Math.max(0, positives - hits));
    }
}
