package dev.assay.audit.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScoredDocumentsTest {
    private static double[] scores(int count, boolean ties, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return IntStream.range(0, count)
                .mapToDouble(i -> random.nextGaussian() + (i < count / 3 ? 0.7 : 0))
                .map(score -> ties ? Math.rint(2 * score) : score)
                .toArray();
    }

    /** Counts all pairs. */
    private static double pairwiseAuroc(double[] scores, boolean[] labels) {
        double wins = 0;
        long pairs = 0;
        for (int i = 0; i < scores.length; i++) {
            for (int j = 0; j < scores.length; j++) {
                if (labels[i] && !labels[j]) {
                    pairs++;
                    wins += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                }
            }
        }
        return wins / pairs;
    }

    /** Tries every score and infinity as the threshold. */
    private static double bestTruePositiveRate(double[] scores, boolean[] labels, double falsePositiveRate) {
        double best = 0;
        for (double threshold : scores) {
            double positives = 0;
            double above = 0;
            double negatives = 0;
            double falsePositives = 0;
            for (int i = 0; i < scores.length; i++) {
                if (labels[i]) {
                    positives++;
                    above += scores[i] >= threshold ? 1 : 0;
                } else {
                    negatives++;
                    falsePositives += scores[i] >= threshold ? 1 : 0;
                }
            }
            if (falsePositives / negatives <= falsePositiveRate) {
                best = Math.max(best, above / positives);
            }
        }
        return best;
    }

    @Test
    void aurocAndTruePositiveRateEqualIndependentComputations() {
        for (int round = 0; round < 24; round++) {
            int count = 30 + 17 * round;
            double[] scores = scores(count, round % 2 == 0, round);
            boolean[] labels = Samples.first(count / 3, count);
            ScoredDocuments documents = ScoredDocuments.of(scores, labels);
            assertEquals(pairwiseAuroc(scores, labels), documents.auroc(), 1e-9);
            for (double rate : new double[] {0, 0.01, 0.05, 0.1, 0.5, 1}) {
                assertEquals(bestTruePositiveRate(scores, labels, rate), documents.truePositiveRate(rate), 1e-9);
            }
        }
    }

    @Test
    void truePositiveRateNeverExceedsTheFalsePositiveRateOnTies() {
        ScoredDocuments constant = ScoredDocuments.of(new double[100], Samples.first(50, 100));
        assertEquals(0, constant.truePositiveRate(0.05));
        assertEquals(1, constant.truePositiveRate(1));
        assertEquals(0.5, constant.auroc());
    }

    @Test
    void negativeZeroEqualsZero() {
        assertEquals(
                0.5,
                ScoredDocuments.of(new double[] {-0.0, 0.0}, new boolean[] {true, false})
                        .auroc());
    }

    @Test
    void permutationPValuesOfNullScoresAreUniform() {
        double[] pValues = new double[500];
        boolean[] labels = Samples.first(20, 50);
        Exchangeability exchangeability = Exchangeability.ofDocuments(labels);
        for (int draw = 0; draw < pValues.length; draw++) {
            double[] scores = new SplittableRandom(1000 + draw).doubles(50).toArray();
            pValues[draw] = ScoredDocuments.of(scores, labels).aurocPValue(exchangeability, 399, draw);
        }
        double uniform = KolmogorovSmirnov.pValue(pValues);
        assertTrue(uniform > 0.01, () -> "Kolmogorov–Smirnov p is " + uniform);
    }

    /** Documents of a group share their score and label; permuting single documents would find differences everywhere. */
    @Test
    void permutationPValuesOfGroupsAreUniform() {
        double[] pValues = new double[500];
        int[] units = IntStream.range(0, 240).map(i -> i / 4).toArray();
        boolean[] labels = Samples.first(120, 240);
        Exchangeability byGroup = Exchangeability.ofUnits(labels, units);
        Exchangeability byDocument = Exchangeability.ofDocuments(labels);
        int wrong = 0;
        for (int draw = 0; draw < pValues.length; draw++) {
            double[] ofGroups = new SplittableRandom(5000 + draw).doubles(60).toArray();
            double[] scores =
                    Arrays.stream(units).mapToDouble(unit -> ofGroups[unit]).toArray();
            ScoredDocuments documents = ScoredDocuments.of(scores, labels, units);
            pValues[draw] = documents.aurocPValue(byGroup, 199, draw);
            wrong += draw < 100 && documents.aurocPValue(byDocument, 199, draw) <= 0.05 ? 1 : 0;
        }
        double uniform = KolmogorovSmirnov.pValue(pValues);
        assertTrue(uniform > 0.01, () -> "Kolmogorov–Smirnov p is " + uniform);
        int found = wrong;
        assertTrue(wrong > 12, () -> "permuted documents have p ≤ 0.05 in " + found + " of 100 draws");
    }

    @Test
    void intervalsContainTheTrueAreaInMostDraws() {
        double truth = 0.5 * (1 + erf(0.5)); // Φ(1 / √2): the difference of both scores is N(1, 2)
        int contained = 0;
        for (int draw = 0; draw < 200; draw++) {
            SplittableRandom random = new SplittableRandom(draw);
            double[] scores = IntStream.range(0, 120)
                    .mapToDouble(i -> random.nextGaussian() + (i < 60 ? 1 : 0))
                    .toArray();
            MetricInterval interval =
                    ScoredDocuments.of(scores, Samples.first(60, 120)).aurocInterval(200, draw);
            assertTrue(interval.low() <= interval.value() && interval.value() <= interval.high());
            contained += interval.contains(truth) ? 1 : 0;
        }
        int found = contained;
        assertTrue(contained >= 180 && contained < 200, () -> "contained in " + found + " of 200 draws");
    }

    /** Abramowitz and Stegun 7.1.26. */
    private static double erf(double x) {
        double t = 1 / (1 + 0.3275911 * x);
        double polynomial =
                t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
        return 1 - polynomial * Math.exp(-x * x);
    }

    @Test
    void intervalsOfRepeatedDocumentsAreThoseOfTheirGroups() {
        double[] scores = scores(60, false, 3);
        boolean[] labels = Samples.first(20, 60);
        double[] repeated = new double[240];
        boolean[] repeatedLabels = new boolean[240];
        int[] units = new int[240];
        for (int i = 0; i < 240; i++) {
            repeated[i] = scores[i / 4];
            repeatedLabels[i] = labels[i / 4];
            units[i] = i / 4;
        }
        MetricInterval single = ScoredDocuments.of(scores, labels).aurocInterval(500, 9);
        assertEquals(single, ScoredDocuments.of(repeated, repeatedLabels, units).aurocInterval(500, 9));
        assertEquals(
                ScoredDocuments.of(scores, labels).truePositiveRateInterval(0.05, 500, 9),
                ScoredDocuments.of(repeated, repeatedLabels, units).truePositiveRateInterval(0.05, 500, 9));
    }

    @Test
    void differenceOfEqualScoresIsZero() {
        boolean[] labels = Samples.first(20, 60);
        ScoredDocuments one = ScoredDocuments.of(scores(60, false, 3), labels);
        ScoredDocuments monotone = ScoredDocuments.of(
                Arrays.stream(scores(60, false, 3)).map(Math::exp).toArray(), labels);
        assertEquals(new MetricInterval(0, 0, 0), one.aurocDifference(monotone, 200, 0));
        ScoredDocuments constant = ScoredDocuments.of(new double[60], labels);
        assertEquals(one.auroc() - 0.5, one.aurocDifference(constant, 200, 0).value(), 1e-15);
        assertThrows(
                InvalidInputException.class,
                () -> one.aurocDifference(ScoredDocuments.of(scores(60, false, 3), Samples.first(21, 60)), 200, 0));
    }

    @Test
    void rejectsUnusableScores() {
        boolean[] labels = {true, false};
        assertThrows(InvalidInputException.class, () -> ScoredDocuments.of(new double[] {1, Double.NaN}, labels));
        assertThrows(InvalidInputException.class, () -> ScoredDocuments.of(new double[1], labels));
        assertThrows(InvalidInputException.class, () -> ScoredDocuments.of(new double[2], new boolean[] {true, true}));
        ScoredDocuments documents = ScoredDocuments.of(new double[2], labels);
        assertThrows(InvalidInputException.class, () -> documents.truePositiveRate(1.5));
        assertThrows(InvalidInputException.class, () -> documents.truePositiveRate(Double.NaN));
        assertThrows(InvalidInputException.class, () -> documents.aurocInterval(10, 0));
        assertThrows(
                InvalidInputException.class,
                () -> documents.aurocPValue(Exchangeability.ofDocuments(new boolean[] {true, false, true}), 99, 0));
    }
}
