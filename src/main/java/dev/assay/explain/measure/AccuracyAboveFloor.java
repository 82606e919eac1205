package dev.assay.explain.measure;

import dev.assay.InvalidInputException;

/**
 * A plain accuracy next to the accuracy of a constant answer. In SAEBench's automatic interpretation 10 of 14 items are negative, so a judge
 * that always answers {@code None} has an accuracy of 0.714.
 *
 * @param accuracy the share of correct items
 * @param floor the share of the larger class, the best accuracy of a constant answer
 */
public record AccuracyAboveFloor(double accuracy, double floor) {
    /**
     * Creates the accuracy of items.
     *
     * @param matrix the items, at least one
     * @return the accuracy
     * @throws InvalidInputException without items
     */
    public static AccuracyAboveFloor of(ConfusionMatrix matrix) {
        InvalidInputException.require(matrix.total() > 0, "there are no items, expected at least one");
        return new AccuracyAboveFloor(
                matrix.accuracy(), Math.max(matrix.positives(), matrix.negatives()) / matrix.total());
    }

    /**
     * Returns the accuracy on the scale on which the floor is 0.
     *
     * @return {@code (accuracy − floor) / (1 − floor)}, at most 1; 0 if all items are of one class
     */
    public double aboveFloor() {
        return floor < 1 ? (accuracy - floor) / (1 - floor) : 0;
    }
}
