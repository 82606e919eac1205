package dev.assay.audit.run;

import dev.assay.audit.measure.ScoredDocuments;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The ROC curve of scores: one point per threshold. Documents of equal scores are on one side of a threshold. */
final class RocCurve {
    private RocCurve() {}

    /**
     * The rates at one threshold.
     *
     * @param falsePositiveRate the share of negative documents at or above the threshold
     * @param truePositiveRate the share of positive documents at or above the threshold
     */
    record Point(double falsePositiveRate, double truePositiveRate) {}

    /** Returns the points from (0, 0) to (1, 1). */
    static List<Point> of(ScoredDocuments documents) {
        double[] scores = documents.scores();
        boolean[] labels = documents.labels();
        int[] order = IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -scores[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        List<Point> points = new ArrayList<>(List.of(new Point(0, 0)));
        int positives = 0;
        int negatives = 0;
        for (int i = 0; i < order.length; i++) {
            if (labels[order[i]]) {
                positives++;
            } else {
                negatives++;
            }
            if (i + 1 == order.length || scores[order[i + 1]] != scores[order[i]]) {
                points.add(new Point(
                        (double) negatives / documents.negatives(), (double) positives / documents.positives()));
            }
        }
        return points;
    }
}
