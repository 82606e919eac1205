package dev.assay.evaluate.benchmark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CoreStatisticsTest {
    private static final double[][] X = random(60, 5, 1000, 1);
    private static final double[][] RECONSTRUCTION = random(60, 5, 1000, 2);

    private static double[][] random(int rows, int columns, double mean, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] matrix = new double[rows][columns];
        for (double[] row : matrix) {
            Arrays.setAll(row, i -> mean + random.nextDouble());
        }
        return matrix;
    }

    private static CoreStatistics statistics(int batchRows) {
        CoreStatistics statistics = new CoreStatistics(2);
        for (int first = 0; first < X.length; first += batchRows) {
            int end = Math.min(X.length, first + batchRows);
            double[][] codes = new double[end - first][];
            int[] prompts = new int[end - first];
            for (int row = first; row < end; row++) {
                codes[row - first] = new double[] {row % 3 == 0 ? -1 : 0, 0};
                prompts[row - first] = row / 6;
            }
            statistics.add(new CoreBatch(
                    Arrays.copyOfRange(X, first, end), codes, Arrays.copyOfRange(RECONSTRUCTION, first, end), prompts));
        }
        return statistics;
    }

    @Test
    void explainedVarianceIsCentredByTheMeanOfAllTokensForAnyBatchSize() {
        double[] mean = Rows.mean(X, 5);
        double error = 0;
        double variance = 0;
        for (int row = 0; row < X.length; row++) {
            double[] residual = Rows.subtract(X[row], RECONSTRUCTION[row]);
            double[] deviation = Rows.subtract(X[row], mean);
            error += Rows.dot(residual, residual);
            variance += Rows.dot(deviation, deviation);
        }
        for (int batchRows : new int[] {60, 7, 1}) {
            CoreStatistics statistics = statistics(batchRows);
            assertEquals(1 - error / variance, statistics.explainedVariance(), 1e-9);
            Map<String, Double> quality = statistics.metrics().get("reconstruction_quality");
            assertEquals(error / X.length, quality.get("mse"), 1e-9);
        }
    }

    @Test
    void countsTokensAndPromptsWithAnActiveLatent() {
        CoreStatistics statistics = statistics(7);
        assertArrayEquals(new double[] {1.0 / 3, 0}, statistics.density(), 1e-12);
        // Two of the six tokens of each prompt are active.
        assertEquals(2, statistics.activeTokensPerPrompt()[0]);
        assertTrue(Double.isNaN(statistics.activeTokensPerPrompt()[1]));
        // Negative codes count by magnitude.
        assertEquals(1.0 / 3, statistics.metrics().get("sparsity").get("l1"), 1e-12);
    }

    @Test
    void scoresAreOneForTheOriginalActivationAndZeroForTheAblatedOne() {
        double[] clean = {3, 0, -1};
        double[] ablated = {0, 0, 0};
        BehaviorStatistics kept = new BehaviorStatistics();
        kept.add(new BehaviorStatistics.Logits(clean, clean, ablated), 0);
        assertEquals(1, kept.metrics().get("model_behavior_preservation").get("kl_div_score"), 1e-12);
        assertEquals(1, kept.metrics().get("model_performance_preservation").get("ce_loss_score"), 1e-12);
        BehaviorStatistics removed = new BehaviorStatistics();
        removed.add(new BehaviorStatistics.Logits(clean, ablated, ablated), 0);
        assertEquals(0, removed.metrics().get("model_behavior_preservation").get("kl_div_score"), 1e-12);
        assertEquals(
                Math.log(3),
                removed.metrics().get("model_performance_preservation").get("ce_loss_with_sae"),
                1e-12);
    }

    @Test
    void lastPositionsCountForDivergencesOnly() {
        BehaviorStatistics statistics = new BehaviorStatistics();
        statistics.add(new BehaviorStatistics.Logits(new double[2], new double[2], new double[2]), 1);
        statistics.addLast(new BehaviorStatistics.Logits(new double[2], new double[] {0, 5}, new double[2]));
        assertEquals(2, statistics.positions());
        Map<String, Map<String, Double>> metrics = statistics.metrics();
        assertEquals(Math.log(2), metrics.get("model_performance_preservation").get("ce_loss_with_sae"), 1e-12);
        assertTrue(metrics.get("model_behavior_preservation").get("kl_div_with_sae") > 0.5);
    }
}
