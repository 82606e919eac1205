package dev.assay.evaluate.concept;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The threshold of a score with the highest F1 on training tokens. Tokens whose score is at least the threshold are predicted.
 *
 * @param threshold the threshold; positive infinity if nothing is predicted
 * @param f1 the F1 on the training tokens
 */
public record F1Threshold(double threshold, double f1) {
    /**
     * Selects the threshold.
     *
     * @param scores one score per training token
     * @param labels whether each token has the concept
     * @return the threshold; of equally good ones the largest
     */
    public static F1Threshold select(double[] scores, boolean[] labels) {
        int[] order = IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer token) -> -scores[token]))
                .mapToInt(Integer::intValue)
                .toArray();
        long positives = count(labels);
        long correct = 0;
        double best = Double.POSITIVE_INFINITY;
        double bestF1 = 0;
        for (int rank = 0; rank < order.length; rank++) {
            correct += labels[order[rank]] ? 1 : 0;
            boolean tied = rank + 1 < order.length && scores[order[rank + 1]] == scores[order[rank]];
            double f1 = 2.0 * correct / (rank + 1 + positives);
            if (!tied && f1 > bestF1) {
                best = scores[order[rank]];
                bestF1 = f1;
            }
        }
        return new F1Threshold(best, bestF1);
    }

    /**
     * Measures the F1 on other tokens.
     *
     * @param scores one score per token
     * @param labels whether each token has the concept
     * @return the F1; 0 if no token is predicted or has the concept
     */
    public double evaluate(double[] scores, boolean[] labels) {
        long predicted = 0;
        long correct = 0;
        for (int token = 0; token < scores.length; token++) {
            boolean predicts = scores[token] >= threshold;
            predicted += predicts ? 1 : 0;
            correct += predicts && labels[token] ? 1 : 0;
        }
        long either = predicted + count(labels);
        return either == 0 ? 0 : 2.0 * correct / either;
    }

    private static long count(boolean[] labels) {
        return IntStream.range(0, labels.length).filter(token -> labels[token]).count();
    }
}
