package dev.assay.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.checkpoint.Json;
import dev.assay.checkpoint.Safetensors;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against float64 oracles that were computed in Python. */
class ReconstructionStatisticsTest {
    private static final Path FIXTURES = Path.of("src/test/resources/dev/assay/evaluate");

    private NDManager manager;
    private Safetensors inputs;
    private Safetensors arrays;
    private JsonNode expected;

    @BeforeEach
    void open() throws IOException {
        manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
        inputs = Safetensors.open(FIXTURES.resolve("inputs.safetensors"));
        arrays = Safetensors.open(FIXTURES.resolve("expected.safetensors"));
        expected = Json.read(FIXTURES.resolve("expected.json"));
    }

    @AfterEach
    void close() throws IOException {
        inputs.close();
        arrays.close();
        manager.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 64, 100, 1})
    void reconstructionAgrees(int rows) {
        NDArray x = inputs.load(manager, "x");
        NDArray reconstruction = inputs.load(manager, "x_hat");
        ReconstructionStatistics statistics = new ReconstructionStatistics();
        try (Scope scope = Scope.open()) {
            for (int from = 0; from < 256; from += rows) {
                NDIndex part = new NDIndex(from + ":" + Math.min(256, from + rows));
                statistics.add(x.get(part), reconstruction.get(part));
            }
        }
        JsonNode variance = expected.get("variance");
        assertEquals(256, statistics.tokens());
        assertClose(variance.get("explained_variance"), statistics.explainedVariance());
        assertClose(variance.get("mse_per_element"), statistics.meanSquaredError());
        assertClose(variance.get("cossim"), statistics.cosine());
        for (String wrong : new String[] {"WRONG_uncentred", "WRONG_saelens_6_18_run_evals"}) {
            assertTrue(Math.abs(variance.get(wrong).doubleValue() - statistics.explainedVariance()) > 0.05);
        }
        double[] mean = x.toType(DataType.FLOAT64, false).mean(new int[] {0}).toDoubleArray();
        assertArrayEquals(mean, statistics.mean(), 1e-12);
    }

    @Test
    void aFarOffMeanCostsNoDigits() {
        try (Scope scope = Scope.open()) {
            // Exact in float32: the shift must change nothing at all.
            NDArray x = manager.arange(512f).reshape(64, 8).mul(1 / 64f);
            NDArray reconstruction = x.add(1 / 128f);
            ReconstructionStatistics near = new ReconstructionStatistics();
            near.add(x, reconstruction);
            ReconstructionStatistics far = new ReconstructionStatistics();
            far.add(x.add(8192f), reconstruction.add(8192f));
            assertEquals(near.explainedVariance(), far.explainedVariance(), 1e-12);
        }
    }

    @Test
    void sparsityAgrees() {
        NDArray codes = inputs.load(manager, "feature_acts"); // [256, 60]
        ActivationCounts counts = new ActivationCounts(manager, 60);
        NDArray positions = codes.gt(0).nonzero(); // [m, 2]
        try (Scope scope = Scope.open()) {
            NDArray latents = positions.get(":, 1");
            counts.add(256, latents, latents.onesLike().toType(DataType.FLOAT32, false));
        }
        JsonNode sparsity = expected.get("sparsity");
        assertClose(sparsity.get("l0"), counts.l0());
        assertClose(sparsity.get("fraction_dead"), counts.deadShare());
        assertArrayEquals(arrays.load(manager, "feature_density").toDoubleArray(), counts.density(), 1e-12);
    }

    @Test
    void predictionsAgree() {
        NDArray clean = inputs.load(manager, "logits_clean"); // [30, 50]
        NDArray other = inputs.load(manager, "logits_new");
        NDArray targets = inputs.load(manager, "targets");
        JsonNode logits = expected.get("logits");
        assertFloatClose(logits.get("ce_clean"), PredictionLoss.crossEntropy(clean, targets) / 30);
        assertFloatClose(logits.get("ce_new"), PredictionLoss.crossEntropy(other, targets) / 30);
        assertFloatClose(logits.get("kl_clean_new_mean"), PredictionLoss.divergence(clean, other) / 30);
        assertEquals(0, PredictionLoss.divergence(clean, clean), 1e-6);
    }

    @Test
    void lossRecoveredAgrees() {
        for (JsonNode score : expected.get("ce_loss_score")) {
            EvaluationReport.CrossEntropy losses = new EvaluationReport.CrossEntropy(
                    score.get("ce_clean").doubleValue(),
                    score.get("ce_with_sae").doubleValue(),
                    score.get("ce_with_ablation").doubleValue(),
                    score.get("ce_with_ablation").doubleValue());
            EvaluationReport report = new EvaluationReport(1, 0, 0, 0, 0, 0, losses, 0);
            assertClose(score.get("score"), report.lossRecoveredFromMean());
            assertClose(score.get("score"), report.lossRecoveredFromZero());
        }
    }

    private static void assertClose(JsonNode value, double found) {
        assertEquals(value.doubleValue(), found, 1e-9 * Math.abs(value.doubleValue()));
    }

    private static void assertFloatClose(JsonNode value, double found) {
        assertEquals(value.doubleValue(), found, 1e-5 * Math.abs(value.doubleValue()));
    }
}
