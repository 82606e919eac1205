package dev.assay.explain.saebench;

import dev.assay.explain.FailureKind;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.ScoreMetric;
import dev.assay.explain.ScoredItem;
import dev.assay.explain.TextWindow;
import dev.assay.explain.Verdict;
import dev.assay.explain.measure.AccuracyAboveFloor;
import dev.assay.explain.measure.ConfusionMatrix;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The score of SAEBench's automatic interpretation: the plain accuracy over the windows of a feature. A judge that names no window has the
 * accuracy of {@link ScoreMetric#CHANCE}, 10 of 14, so {@link ScoreMetric#ABOVE_CHANCE} is {@code (accuracy − floor) / (1 − floor)}.
 */
public final class SaeBenchAccuracy {
    private SaeBenchAccuracy() {}

    /**
     * Orders windows at random.
     *
     * @param windows the windows of a feature
     * @param latent the index of the latent, part of the seed
     * @param seed the seed of the order
     * @return the windows in the order of the question
     */
    public static List<TextWindow> shuffled(List<TextWindow> windows, int latent, long seed) {
        List<TextWindow> order = new ArrayList<>(windows);
        SplittableRandom random = new SplittableRandom(31 * seed + latent);
        for (int i = order.size() - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            TextWindow swapped = order.get(i);
            order.set(i, order.get(other));
            order.set(other, swapped);
        }
        return order;
    }

    /**
     * Scores answers.
     *
     * @param latent the index of the latent
     * @param scorer the name of the scorer
     * @param items the windows in the order of the question, with their answers
     * @return the accuracy, its floor and the accuracy above the floor; without values if no item is answered
     */
    public static FeatureScore of(int latent, String scorer, List<ScoredItem> items) {
        ConfusionMatrix answered = ConfusionMatrix.EMPTY;
        ConfusionMatrix all = ConfusionMatrix.EMPTY;
        Map<FailureKind, Integer> failures = new EnumMap<>(FailureKind.class);
        for (ScoredItem item : items) {
            if (item.verdict() instanceof Verdict.Given given) {
                answered = answered.plus(item.truth(), given.positive(), 1);
                all = all.plus(item.truth(), given.positive(), 1);
            } else {
                failures.merge(((Verdict.Failed) item.verdict()).kind(), 1, Integer::sum);
                all = all.plus(item.truth(), !item.truth(), 1);
            }
        }
        return new FeatureScore(latent, scorer, values(answered), values(all), items.size(), failures, Set.of(), items);
    }

    private static Map<ScoreMetric, Double> values(ConfusionMatrix matrix) {
        if (matrix.total() == 0) {
            return Map.of();
        }
        AccuracyAboveFloor accuracy = AccuracyAboveFloor.of(matrix);
        return Map.of(
                ScoreMetric.ACCURACY, accuracy.accuracy(),
                ScoreMetric.CHANCE, accuracy.floor(),
                ScoreMetric.ABOVE_CHANCE, accuracy.aboveFloor());
    }
}
