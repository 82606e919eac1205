package dev.assay.evaluate.benchmark;

import dev.assay.InvalidInputException;
import dev.assay.evaluate.probe.Auroc;

/**
 * Metrics of a score as a binary classifier.
 *
 * @param auc the probability that a positive has a higher score than a negative, where equal scores count one half; NaN without positives or
 *     without negatives
 * @param precision the share of positives among the predicted; 0 if none is predicted
 * @param recall the share of the positives that is predicted; 0 without positives
 */
public record BinaryMetrics(double auc, double precision, double recall) {
    /**
     * Evaluates scores.
     *
     * @param scores one score per row
     * @param labels whether each row is positive
     * @param threshold rows with a higher score are predicted
     * @return the metrics
     */
    public static BinaryMetrics of(double[] scores, boolean[] labels, double threshold) {
        InvalidInputException.require(
                scores.length == labels.length,
                () -> "there are " + scores.length + " scores and " + labels.length
                        + " labels, expected equal numbers");
        long positives = 0;
        long predicted = 0;
        long correct = 0;
        for (int row = 0; row < scores.length; row++) {
            boolean predicts = scores[row] > threshold;
            positives += labels[row] ? 1 : 0;
            predicted += predicts ? 1 : 0;
            correct += predicts && labels[row] ? 1 : 0;
        }
        return new BinaryMetrics(
                positives == 0 || positives == scores.length ? Double.NaN : Auroc.of(scores, labels),
                predicted == 0 ? 0 : (double) correct / predicted,
                positives == 0 ? 0 : (double) correct / positives);
    }

    /** {@return the harmonic mean of precision and recall; 0 if both are 0} */
    public double f1() {
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }
}
