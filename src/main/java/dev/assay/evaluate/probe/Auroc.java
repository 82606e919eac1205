package dev.assay.evaluate.probe;

import dev.assay.InvalidInputException;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The area under the ROC curve: the probability that a positive row has a larger score than a negative row, where equal scores count
 * one half.
 */
public final class Auroc {
    private Auroc() {}

    /**
     * Computes the area exactly, from the ranks of the scores with the mean rank for ties (Mann and Whitney, 1947).
     *
     * @param scores n scores
     * @param labels n labels, true for the positive class
     * @return from 0 to 1
     * @throws InvalidInputException if the numbers differ, a score is NaN, or all rows have the same label
     */
    public static double of(double[] scores, boolean[] labels) {
        requireComparable(scores, labels);
        int[] order = IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> scores[i] + 0.0)) // + 0.0 makes −0 equal to 0
                .mapToInt(Integer::intValue)
                .toArray();
        long twiceWins = 0; // twice the number of pairs that a positive row wins
        long negativesBelow = 0;
        long positives = 0;
        int start = 0;
        while (start < order.length) {
            int end = start;
            long tiedPositives = 0;
            while (end < order.length && scores[order[end]] == scores[order[start]]) {
                tiedPositives += labels[order[end]] ? 1 : 0;
                end++;
            }
            long tiedNegatives = end - start - tiedPositives;
            twiceWins += tiedPositives * (2 * negativesBelow + tiedNegatives);
            negativesBelow += tiedNegatives;
            positives += tiedPositives;
            start = end;
        }
        InvalidInputException.require(
                positives > 0 && negativesBelow > 0,
                () -> "all " + scores.length + " rows have the label " + labels[0]
                        + ", expected rows of both classes for an AUROC");
        return twiceWins / (2.0 * positives * negativesBelow);
    }

    static void requireComparable(double[] scores, boolean[] labels) {
        InvalidInputException.require(
                scores.length == labels.length && scores.length > 0,
                () -> "there are " + scores.length + " scores and " + labels.length
                        + " labels, expected the same number, at least one");
        for (int i = 0; i < scores.length; i++) {
            if (Double.isNaN(scores[i])) {
                throw new InvalidInputException("score " + i + " is NaN, expected a number");
            }
        }
    }
}
