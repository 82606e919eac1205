package dev.assay.explain.score;

import dev.assay.explain.measure.RankedOutcomes;
import java.util.TreeSet;

/**
 * The bound above which a score predicts an active item, with the largest F1 on other documents. The bound is the largest score that is
 * predicted silent, so a score between two scores of the calibration documents counts as active.
 */
public final class DecisionThreshold {
    private final RankedOutcomes outcomes = new RankedOutcomes();
    private final TreeSet<Double> scores = new TreeSet<>();

    /**
     * Adds an item.
     *
     * @param score its score
     * @param active whether it is active
     * @param weight its weight, at least 0
     */
    public void add(double score, boolean active, double weight) {
        outcomes.add(score, active, weight);
        scores.add(score + 0.0); // −0 equals 0
    }

    /** {@return whether an active item has been added} */
    public boolean hasActive() {
        return outcomes.positives() > 0;
    }

    /**
     * Returns the bound.
     *
     * @return scores above it are predicted active; −∞ if every item is
     * @throws dev.assay.InvalidInputException without active items
     */
    public double bound() {
        Double below = scores.lower(outcomes.bestThreshold().value());
        return below == null ? Double.NEGATIVE_INFINITY : below;
    }
}
