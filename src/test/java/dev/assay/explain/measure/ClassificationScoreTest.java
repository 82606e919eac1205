package dev.assay.explain.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ClassificationScoreTest {
    private static final double EXACT = 1e-12;

    private final Oracles oracles = Oracles.read();
    private final double[] scores = oracles.numbers("simulated");
    private final double[] weights = oracles.numbers("weights");
    private final boolean[] labels = oracles.labels();

    ClassificationScoreTest() throws IOException {}

    @Test
    void weightedMetricsEqualTheOracle() {
        boolean[] predicted = Oracles.above(scores, oracles.number("prediction_threshold"));
        ConfusionMatrix matrix = ConfusionMatrix.EMPTY;
        for (int i = 0; i < labels.length; i++) {
            matrix = matrix.plus(labels[i], predicted[i], weights[i]);
        }
        assertEquals(oracles.number("precision"), matrix.precision(), EXACT);
        assertEquals(oracles.number("recall"), matrix.recall(), EXACT);
        assertEquals(oracles.number("f1"), matrix.f1(), EXACT);
        assertEquals(oracles.number("balanced_accuracy"), matrix.balancedAccuracy(), EXACT);
    }

    @Test
    void rankingMetricsWithTiesEqualTheOracle() {
        RankedOutcomes uniform = RankedOutcomes.of(scores, labels);
        RankedOutcomes weighted = new RankedOutcomes();
        for (int i = labels.length - 1; i >= 0; i--) {
            weighted.add(scores[i], labels[i], weights[i]);
        }
        assertTrue(Arrays.stream(scores).distinct().count() < scores.length, "the scores have ties");
        assertEquals(
                oracles.number("average_precision"), uniform.averagePrecision().getAsDouble(), EXACT);
        assertEquals(
                oracles.number("weighted_average_precision"),
                weighted.averagePrecision().getAsDouble(),
                EXACT);
        assertEquals(oracles.number("auroc"), uniform.auroc().getAsDouble(), EXACT);
        assertEquals(oracles.number("weighted_auroc"), weighted.auroc().getAsDouble(), EXACT);
    }

    @Test
    void constantScoreHasTheFloorOfEachMetric() {
        RankedOutcomes ranked = new RankedOutcomes();
        ranked.add(0.0, true, 3);
        ranked.add(-0.0, false, 9);
        assertEquals(0.25, ranked.averagePrecision().getAsDouble());
        assertEquals(0.5, ranked.auroc().getAsDouble());
        boolean[] truth = {true, true, true, false, false, false};
        for (boolean constant : new boolean[] {false, true}) {
            ConfusionMatrix matrix = ConfusionMatrix.EMPTY;
            for (boolean label : truth) {
                matrix = matrix.plus(label, constant, 1);
            }
            assertEquals(0.5, matrix.balancedAccuracy());
        }
    }

    @Test
    void randomScoresHaveChanceLevels() {
        SplittableRandom random = new SplittableRandom(3);
        RankedOutcomes ranked = new RankedOutcomes();
        for (int i = 0; i < 100_000; i++) {
            ranked.add(random.nextDouble(), random.nextDouble() < 0.1, 1);
        }
        assertEquals(0.1, ranked.averagePrecision().getAsDouble(), 0.005);
        assertEquals(0.5, ranked.auroc().getAsDouble(), 0.01);
    }

    @Test
    void metricsWithoutOneClassAreEmpty() {
        RankedOutcomes ranked = new RankedOutcomes();
        ranked.add(1, false, 1);
        assertEquals(OptionalDouble.empty(), ranked.averagePrecision());
        assertEquals(OptionalDouble.empty(), ranked.auroc());
        assertThrows(InvalidInputException.class, ranked::bestThreshold);
        assertThrows(InvalidInputException.class, () -> ranked.add(Double.NaN, true, 1));
        assertEquals(0, ConfusionMatrix.EMPTY.f1());
        assertEquals(0, ConfusionMatrix.EMPTY.balancedAccuracy());
    }

    @Test
    void bestThresholdHasTheLargestF1() {
        RankedOutcomes ranked = RankedOutcomes.of(scores, labels);
        RankedOutcomes.Threshold best = ranked.bestThreshold();
        assertEquals(best.f1(), ranked.atLeast(best.value()).f1(), EXACT);
        for (double score : scores) {
            assertTrue(ranked.atLeast(score).f1() <= best.f1() + EXACT);
        }
    }

    @Test
    void failedAnswersAreCountedAndNeverScoredAsAnswers() {
        List<Judgement> items = new ArrayList<>();
        items.add(Judgement.of(true, true));
        items.add(Judgement.of(false, false));
        items.add(Judgement.failed(true));
        items.add(Judgement.failed(false));
        ClassificationScore score = ClassificationScore.of(items);
        assertEquals(4, score.items());
        assertEquals(2, score.failures());
        assertEquals(1, score.answered().balancedAccuracy());
        assertEquals(0.5, score.failedAsWrong().balancedAccuracy());
        assertTrue(score.unreliable());
        assertEquals(OptionalDouble.empty(), score.auroc());
    }

    @Test
    void scoreIsUnreliableAboveFivePercentFailures() {
        List<Judgement> items = new ArrayList<>();
        for (int i = 0; i < 19; i++) {
            items.add(Judgement.of(true, true));
        }
        items.add(Judgement.failed(true));
        assertFalse(ClassificationScore.of(items).unreliable());
        items.add(Judgement.failed(true));
        assertTrue(ClassificationScore.of(items).unreliable());
    }

    @Test
    void firingWeightedF1CombinesSeveralModules() {
        FiringWeightedF1 weighted = new FiringWeightedF1();
        weighted.add("layers.0", 0.5, 30);
        weighted.add("layers.0", 1, 10);
        weighted.add("layers.1", 0.25, 2);
        weighted.add("layers.2", 0.9, 0);
        assertEquals(Map.of("layers.0", 0.625, "layers.1", 0.25), weighted.byModule());
        assertEquals(0.4375, weighted.mean().getAsDouble(), EXACT);
        assertEquals(OptionalDouble.empty(), new FiringWeightedF1().mean());
    }

    @Test
    void saeBenchFloorIsTenOfFourteen() {
        ConfusionMatrix none = new ConfusionMatrix(0, 10, 0, 4);
        AccuracyAboveFloor accuracy = AccuracyAboveFloor.of(none);
        assertEquals(10.0 / 14, accuracy.accuracy(), EXACT);
        assertEquals(10.0 / 14, accuracy.floor(), EXACT);
        assertEquals(0, accuracy.aboveFloor(), EXACT);
        assertEquals(1, AccuracyAboveFloor.of(new ConfusionMatrix(4, 10, 0, 0)).aboveFloor(), EXACT);
    }
}
