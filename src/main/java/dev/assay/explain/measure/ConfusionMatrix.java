package dev.assay.explain.measure;

/**
 * Numbers of items by truth and prediction, or sums of their weights. With inverse inclusion probabilities as weights, precision, recall and
 * F1 are those of the corpus: {@code precision = Σw·TP / Σw·(TP + FP)}. A ratio with denominator 0 is 0.
 *
 * @param truePositives weight of positive items predicted positive, at least 0
 * @param trueNegatives weight of negative items predicted negative, at least 0
 * @param falsePositives weight of negative items predicted positive, at least 0
 * @param falseNegatives weight of positive items predicted negative, at least 0
 */
public record ConfusionMatrix(
        double truePositives, double trueNegatives, double falsePositives, double falseNegatives) {
    /** A matrix without items. */
    public static final ConfusionMatrix EMPTY = new ConfusionMatrix(0, 0, 0, 0);

    /** Checks the weights. */
    public ConfusionMatrix {
        Arguments.requireWeight(truePositives);
        Arguments.requireWeight(trueNegatives);
        Arguments.requireWeight(falsePositives);
        Arguments.requireWeight(falseNegatives);
    }

    /**
     * Counts items of weight 1.
     *
     * @param truth n labels
     * @param predicted n predictions
     * @return the counts
     * @throws dev.assay.InvalidInputException if the lengths differ
     */
    public static ConfusionMatrix of(boolean[] truth, boolean[] predicted) {
        Arguments.requireEqual("labels and predictions", truth.length, predicted.length);
        ConfusionMatrix matrix = EMPTY;
        for (int i = 0; i < truth.length; i++) {
            matrix = matrix.plus(truth[i], predicted[i], 1);
        }
        return matrix;
    }

    /**
     * Adds one item.
     *
     * @param truth its label
     * @param predicted its prediction
     * @param weight its weight, at least 0
     * @return the matrix with the item
     */
    public ConfusionMatrix plus(boolean truth, boolean predicted, double weight) {
        return new ConfusionMatrix(
                truePositives + (truth && predicted ? weight : 0),
                trueNegatives + (!truth && !predicted ? weight : 0),
                falsePositives + (!truth && predicted ? weight : 0),
                falseNegatives + (truth && !predicted ? weight : 0));
    }

    /**
     * Adds the items of another matrix.
     *
     * @param other items of the same classifier
     * @return all items
     */
    public ConfusionMatrix plus(ConfusionMatrix other) {
        return new ConfusionMatrix(
                truePositives + other.truePositives,
                trueNegatives + other.trueNegatives,
                falsePositives + other.falsePositives,
                falseNegatives + other.falseNegatives);
    }

    /** {@return the weight of the positive items} */
    public double positives() {
        return truePositives + falseNegatives;
    }

    /** {@return the weight of the negative items} */
    public double negatives() {
        return trueNegatives + falsePositives;
    }

    /** {@return the weight of all items} */
    public double total() {
        return positives() + negatives();
    }

    /** {@return the share of positives among the items predicted positive} */
    public double precision() {
        return ratio(truePositives, truePositives + falsePositives);
    }

    /** {@return the share of the positive items that is predicted positive} */
    public double recall() {
        return ratio(truePositives, positives());
    }

    /** {@return the share of the negative items that is predicted negative} */
    public double trueNegativeRate() {
        return ratio(trueNegatives, negatives());
    }

    /** {@return the share of the negative items that is predicted positive} */
    public double falsePositiveRate() {
        return ratio(falsePositives, negatives());
    }

    /** {@return the share of the positive items that is predicted negative} */
    public double falseNegativeRate() {
        return ratio(falseNegatives, positives());
    }

    /** {@return the harmonic mean of precision and recall} */
    public double f1() {
        return ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives);
    }

    /** {@return the share of correct predictions} */
    public double accuracy() {
        return ratio(truePositives + trueNegatives, total());
    }

    /** {@return the mean of recall and true negative rate, 0.5 for a constant prediction on both classes} */
    public double balancedAccuracy() {
        return (recall() + trueNegativeRate()) / 2;
    }

    private static double ratio(double numerator, double denominator) {
        return denominator > 0 ? numerator / denominator : 0;
    }
}
