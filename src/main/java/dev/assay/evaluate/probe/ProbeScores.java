package dev.assay.evaluate.probe;

import dev.assay.InvalidInputException;

/**
 * The quality of a classification by scores, with 0 as the threshold.
 *
 * @param rows the number of rows
 * @param positives the number of rows of the positive class
 * @param accuracy the share of rows with the right sign
 * @param auroc area under the ROC curve, exact with ties; NaN if all rows have the same label
 * @param f1 2TP / (2TP + FP + FN) of the positive class; 0 if the denominator is 0
 */
public record ProbeScores(int rows, int positives, double accuracy, double auroc, double f1) {
    /**
     * Compares scores with labels.
     *
     * @param scores n scores
     * @param labels n labels
     * @return the quality
     * @throws InvalidInputException if the numbers differ, there is none, or a score is NaN
     */
    public static ProbeScores of(double[] scores, boolean[] labels) {
        Auroc.requireComparable(scores, labels);
        int truePositives = 0;
        int predicted = 0;
        int positives = 0;
        for (int i = 0; i < scores.length; i++) {
            boolean positive = scores[i] > 0;
            predicted += positive ? 1 : 0;
            positives += labels[i] ? 1 : 0;
            truePositives += positive && labels[i] ? 1 : 0;
        }
        int right = scores.length - predicted - positives + 2 * truePositives;
        boolean bothClasses = positives > 0 && positives < scores.length;
        return new ProbeScores(
                scores.length,
                positives,
                (double) right / scores.length,
                bothClasses ? Auroc.of(scores, labels) : Double.NaN,
                predicted + positives == 0 ? 0 : 2.0 * truePositives / (predicted + positives));
    }

    /** {@return the accuracy of predicting the more frequent class for every row} */
    public double chance() {
        return (double) Math.max(positives, rows - positives) / rows;
    }
}
