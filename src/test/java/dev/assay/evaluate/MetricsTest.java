package dev.assay.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.attach.LogitDivergence;
import dev.assay.attach.NextTokenLoss;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares every metric with a float64 reference, and checks that none equals a known wrong variant of another library. */
class MetricsTest {
    private MetricFixtures fixtures;
    private NDManager manager;

    @BeforeEach
    void open() throws IOException {
        fixtures = new MetricFixtures();
        manager = fixtures.manager();
    }

    @AfterEach
    void close() throws IOException {
        fixtures.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 64, 100, 1})
    void reconstructionMetricsMatchTheReference(int rows) {
        NDArray x = fixtures.input("x");
        NDArray reconstruction = fixtures.input("x_hat");
        ReconstructionStatistics statistics = new ReconstructionStatistics();
        try (Scope scope = Scope.open()) {
            for (int from = 0; from < 256; from += rows) {
                NDIndex part = new NDIndex(from + ":" + Math.min(256, from + rows));
                statistics.add(x.get(part), reconstruction.get(part));
            }
        }
        assertEquals(256, statistics.tokens());
        int width = (int) x.getShape().get(1);
        Map<String, Double> metrics = Map.of(
                "explained_variance", statistics.explainedVariance(),
                "fvu", statistics.unexplained(),
                "frac_variance_explained_dictionary_learning", statistics.explainedVarianceOfCentredResidual(),
                "mse_per_element", statistics.meanSquaredError(),
                "mse_summed_over_dims", statistics.meanSquaredError() * width,
                "l2_loss_mean_norm", statistics.meanErrorNorm(),
                "cossim", statistics.cosine(),
                "l2_ratio", statistics.normRatio(),
                "relative_reconstruction_bias", statistics.relativeReconstructionBias());
        metrics.forEach((name, value) -> fixtures.assertAgrees("/variance/" + name, value));
        for (String wrong : new String[] {"WRONG_uncentred", "WRONG_saelens_6_18_run_evals"}) {
            double other = fixtures.expected("/variance/" + wrong).doubleValue();
            assertTrue(Math.abs(other - statistics.explainedVariance()) > 0.05);
            assertTrue(metrics.values().stream().noneMatch(value -> Math.abs(other - value) < 1e-4));
        }
        double[] mean = x.toType(DataType.FLOAT64, false).mean(new int[] {0}).toDoubleArray();
        assertArrayEquals(mean, statistics.mean(), 1e-12);
    }

    @Test
    void reportSaysWhenOnePercentOfTheTokensCarryMostOfTheVariance() {
        float[] values = new float[200 * 4];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        assertEquals(0.03, varianceOfFarthestPercent(values), 0.02);
        values[40] = 200;
        values[41] = 200;
        double share = varianceOfFarthestPercent(values);
        assertTrue(share > 0.9, () -> "share " + share);
        AblationLoss ablated = new AblationLoss(4, 0.9);
        EvaluationReport.CrossEntropy losses = new EvaluationReport.CrossEntropy(2, 2.5, ablated, ablated, 6);
        assertEquals(
                List.of(
                        "1 % of the tokens carry 97 % of the variance, so the explained variance is mostly theirs; leave"
                                + " them out with --max-norm-ratio or --skip-positions"),
                new EvaluationReport(200, 0.9, 0.1, 0.9, 1, 1, 8, 20, 0.5, losses, 0.01, 0.97, List.of()).remarks());
        assertEquals(
                List.of(),
                new EvaluationReport(200, 0.9, 0.1, 0.9, 1, 1, 8, 20, 0.5, losses, 0.01, 0.3, List.of()).remarks());
    }

    private double varianceOfFarthestPercent(float[] values) {
        ReconstructionStatistics statistics = new ReconstructionStatistics();
        try (Scope scope = Scope.open()) {
            for (int from = 0; from < 200; from += 50) {
                float[] part = Arrays.copyOfRange(values, from * 4, (from + 50) * 4);
                NDArray x = manager.create(part, new Shape(50, 4));
                statistics.add(x, x.mul(0.9f));
            }
        }
        return statistics.varianceOfFarthestPercent();
    }

    @Test
    void largeMeanDoesNotLosePrecision() {
        try (Scope scope = Scope.open()) {
            // All values are exact in float32, so that the shift must not change the result.
            NDArray x = manager.arange(512f).reshape(64, 8).mul(1 / 64f);
            NDArray reconstruction = x.add(1 / 128f);
            ReconstructionStatistics near = new ReconstructionStatistics();
            near.add(x, reconstruction);
            ReconstructionStatistics far = new ReconstructionStatistics();
            far.add(x.add(8192f), reconstruction.add(8192f));
            assertEquals(near.explainedVariance(), far.explainedVariance(), 1e-12);
            assertEquals(1, far.explainedVarianceOfCentredResidual(), 1e-12); // the residual is constant
        }
    }

    @Test
    void constantActivationsHaveNoExplainedVariance() {
        try (Scope scope = Scope.open()) {
            ReconstructionStatistics statistics = new ReconstructionStatistics();
            NDArray constant = manager.ones(new Shape(7, 5)).mul(0.1f).add(manager.arange(5f));
            statistics.add(constant, constant.add(0.1f));
            statistics.add(constant, constant.add(0.1f));
            assertTrue(Double.isNaN(statistics.explainedVariance()));
            assertTrue(Double.isNaN(statistics.explainedVarianceOfCentredResidual()));
            // One float that differs by one unit in its last place is variance.
            NDArray different = constant.duplicate();
            different.set(new NDIndex("0, 4"), Math.nextUp(4.1f));
            statistics.add(different, different);
            assertTrue(Double.isFinite(statistics.explainedVariance()));
        }
    }

    @Test
    void activationsOfZeroDoNotCountInTheRatioOfNorms() {
        try (Scope scope = Scope.open()) {
            ReconstructionStatistics statistics = new ReconstructionStatistics();
            NDArray x = manager.create(new float[] {0, 0, 3, 4}, new Shape(2, 2));
            statistics.add(x, manager.ones(new Shape(2, 2)));
            assertEquals(Math.sqrt(2) / 5, statistics.normRatio(), 1e-12);
            ReconstructionStatistics zero = new ReconstructionStatistics();
            zero.add(manager.zeros(new Shape(3, 2)), manager.zeros(new Shape(3, 2)));
            assertTrue(Double.isNaN(zero.normRatio()) && Double.isNaN(zero.relativeReconstructionBias()));
            assertEquals(0, zero.cosine());
        }
    }

    @Test
    void sparsityMetricsMatchTheReference() {
        NDArray codes = fixtures.input("feature_acts"); // [256, 60]
        ActivationCounts counts = new ActivationCounts(manager, 60);
        try (Scope scope = Scope.open()) {
            NDArray positions = codes.gt(0).nonzero(); // [m, 2]
            counts.add(
                    256, positions.get(":, 1"), codes.booleanMask(codes.gt(0)).reshape(-1));
        }
        fixtures.assertAgrees("/sparsity/l0", counts.l0());
        fixtures.assertAgrees("/sparsity/l1", counts.l1());
        fixtures.assertAgrees("/sparsity/fraction_dead", counts.deadShare());
        fixtures.assertAgrees("/sparsity/fraction_alive", 1 - counts.deadShare());
        fixtures.assertAgrees("/sparsity/log10_density_mean", counts.meanLogDensity());
        assertArrayEquals(fixtures.expectedArray("feature_density"), counts.density(), 1e-12);
    }

    @Test
    void correlationsOverConcatenatedSequencesMatchTheReference() {
        PearsonCorrelation correlation = new PearsonCorrelation();
        for (int i = 0; i < 6; i++) {
            correlation.add(fixtures.input("pearson_a." + i), fixtures.input("pearson_b." + i));
        }
        double[][] matrix = correlation.matrix();
        double[] expected = fixtures.expectedArray("pearson");
        for (int i = 0; i < 6; i++) {
            double largest = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < 6; j++) {
                assertEquals(expected[6 * i + j], matrix[i][j], 1e-9);
                largest = Math.max(largest, matrix[i][j]);
            }
            fixtures.assertAgrees("/pearson/max_per_a/" + i, largest);
            assertEquals(0, matrix[5][i]); // the last column of a is constant
        }
    }

    @Test
    void constantWithInexactMeanHasZeroCorrelation() {
        PearsonCorrelation correlation = new PearsonCorrelation();
        try (Scope scope = Scope.open()) {
            NDArray constant = manager.ones(new Shape(7, 1)).mul(0.1f);
            correlation.add(constant, manager.arange(7f).reshape(7, 1));
            correlation.add(constant, manager.arange(7f).reshape(7, 1).add(1e6f));
            assertEquals(0, correlation.matrix()[0][0]);
            assertThrows(InvalidInputException.class, () -> correlation.add(constant, manager.ones(new Shape(6, 1))));
        }
    }

    @Test
    void lossAndDivergenceMatchTheReference() {
        NDArray clean = fixtures.input("logits_clean"); // [30, 50]
        NDArray other = fixtures.input("logits_new");
        NDArray targets = fixtures.input("targets");
        fixtures.assertAgrees("/logits/ce_clean", NextTokenLoss.sum(clean, targets) / 30, 1e-5);
        fixtures.assertAgrees("/logits/ce_new", NextTokenLoss.sum(other, targets) / 30, 1e-5);
        fixtures.assertAgrees("/logits/kl_clean_new_mean", LogitDivergence.sum(clean, other) / 30, 1e-5);
        double[] positions = fixtures.expectedArray("kl_per_position");
        try (Scope scope = Scope.open()) {
            for (int i = 0; i < 30; i++) {
                NDIndex row = new NDIndex(i + ":" + (i + 1));
                double divergence = LogitDivergence.sum(clean.get(row), other.get(row));
                assertEquals(positions[i], divergence, 1e-5 * positions[i]);
            }
            // The same formula in float64.
            NDArray wide = clean.toType(DataType.FLOAT64, false);
            NDArray wideOther = other.toType(DataType.FLOAT64, false);
            fixtures.assertAgrees("/logits/kl_clean_new_mean", LogitDivergence.sum(wide, wideOther) / 30);
            fixtures.assertAgrees("/logits/ce_new", NextTokenLoss.sum(wideOther, targets) / 30);
        }
        assertEquals(0, LogitDivergence.sum(clean, clean), 1e-6);
    }

    @Test
    void lossRecoveredMatchesTheReference() {
        for (JsonNode score : fixtures.expected("/ce_loss_score")) {
            AblationLoss ablated =
                    new AblationLoss(score.get("ce_with_ablation").doubleValue(), 1e-3);
            EvaluationReport.CrossEntropy losses = new EvaluationReport.CrossEntropy(
                    score.get("ce_clean").doubleValue(),
                    score.get("ce_with_sae").doubleValue(),
                    ablated,
                    ablated,
                    Math.log(50));
            EvaluationReport report = new EvaluationReport(1, 0, 0, 0, 0, 0, 0, 0, 0, losses, 0);
            double expected = score.get("score").doubleValue();
            assertEquals(expected, report.lossRecoveredFromMean().orNaN(), 1e-9 * Math.abs(expected));
            assertEquals(expected, report.lossRecoveredFromZero().orNaN(), 1e-9 * Math.abs(expected));
        }
    }
}
