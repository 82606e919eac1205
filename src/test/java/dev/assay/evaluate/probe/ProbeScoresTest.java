package dev.assay.evaluate.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ProbeScoresTest {
    @Test
    void aurocEqualsTheCountOfPairsWithTies() {
        SplittableRandom random = new SplittableRandom(1);
        for (int trial = 0; trial < 200; trial++) {
            int rows = 2 + random.nextInt(30);
            double[] scores = new double[rows];
            boolean[] labels = new boolean[rows];
            for (int i = 0; i < rows; i++) {
                scores[i] = random.nextInt(4) * (random.nextBoolean() ? 0.0 : -0.5);
                labels[i] = random.nextBoolean();
            }
            labels[0] = true;
            labels[1] = false;
            double wins = 0;
            double pairs = 0;
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < rows; j++) {
                    if (labels[i] && !labels[j]) {
                        pairs++;
                        wins += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                    }
                }
            }
            assertEquals(wins / pairs, Auroc.of(scores, labels), 1e-15);
        }
    }

    @Test
    void constantScoresHaveAnAurocOfOneHalf() {
        assertEquals(0.5, Auroc.of(new double[] {0, -0.0, 0}, new boolean[] {true, false, true}));
        assertEquals(1, Auroc.of(new double[] {Double.POSITIVE_INFINITY, 3}, new boolean[] {true, false}));
    }

    @Test
    void accuracyAndF1EqualTheirDefinitions() {
        ProbeScores scores =
                ProbeScores.of(new double[] {1, 2, -1, 0, 3}, new boolean[] {true, false, true, false, true});
        assertEquals(3.0 / 5, scores.accuracy());
        assertEquals(2.0 * 2 / (2 * 2 + 1 + 1), scores.f1());
        assertEquals(3.0 / 5, scores.chance());
    }

    @Test
    void oneClassHasNoAuroc() {
        boolean[] labels = {true, true};
        assertTrue(Double.isNaN(ProbeScores.of(new double[] {1, 2}, labels).auroc()));
        LogisticRegressionTest.assertMessage(
                "all 2 rows have the label true, expected rows of both classes for an AUROC",
                () -> Auroc.of(new double[] {1, 2}, labels));
        LogisticRegressionTest.assertMessage(
                "score 1 is NaN, expected a number", () -> ProbeScores.of(new double[] {1, Double.NaN}, labels));
        LogisticRegressionTest.assertMessage(
                "there are 1 scores and 2 labels, expected the same number, at least one",
                () -> Auroc.of(new double[1], labels));
    }
}
