package dev.assay.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ActivationStream;
import dev.assay.activation.PlantedSource;
import dev.assay.activation.StreamPosition;
import dev.assay.evaluate.ReconstructionStatistics;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.Scope;
import dev.assay.train.method.TrainingMethods;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MassiveActivationsTest {
    /** Low enough that rounding errors do not decide which local minimum a run reaches. */
    private static final double LEARNING_RATE = 0.009;

    private static final PlantedSource PLANTED = PlantedSource.of(24, 40, 3);

    private final Map<String, Double> planted =
            new HashMap<>(); // explained variance without changes, by method and sparsity

    @ParameterizedTest
    @CsvSource({
        "topk, 4",
        "batchtopk, 4",
        "matryoshka, 4",
        "standard, 1",
        "standard-unit-norm, 1",
        "gated-unit-norm, 1",
        "p-annealing, 1",
        "gated, 1",
        "jumprelu, 1",
        "jumprelu-tanh, 0.5",
        "jumprelu-target, 4"
    })
    void dimensionWithLargeMeanLeavesExplainedVarianceUnchanged(String method, double sparsity) throws IOException {
        double without = plantedVariance(method, sparsity);
        double with = explainedVariance(method, sparsity, PLANTED.plus(5, 300));
        assertTrue(without > 0.4, () -> "explained variance " + without);
        assertEquals(without, with, 0.01);
    }

    @ParameterizedTest
    @CsvSource({"topk, 4", "jumprelu, 1", "gated, 1"})
    void scaleOfTheActivationsLeavesTheDictionaryUnchanged(String method, double sparsity) throws IOException {
        double one = plantedVariance(method, sparsity);
        assertEquals(one, explainedVariance(method, sparsity, PLANTED.times(1000)), 0.002);
        assertEquals(one, explainedVariance(method, sparsity, PLANTED.times(0.001f)), 0.002);
    }

    @ParameterizedTest
    @CsvSource({"topk, 4", "jumprelu, 1", "standard, 1", "gated, 1"})
    void onePercentOfOutlierRowsCostsTheOthersLittle(String method, double sparsity) throws IOException {
        double without = plantedVariance(method, sparsity);
        try (SparseAutoencoder sae =
                trainer(method, sparsity, PLANTED.outliers(100, 500)).train()) {
            double with = explainedVariance(sae, PLANTED);
            assertTrue(with > without - 0.05, () -> with + " with outliers, " + without + " without");
        }
    }

    @ParameterizedTest
    @CsvSource({"topk, 4", "batchtopk, 4", "jumprelu, 1"})
    void leavingOutOutlierRowsLeavesExplainedVarianceOfTheOthersUnchanged(String method, double sparsity)
            throws IOException {
        double without = plantedVariance(method, sparsity);
        SaeTrainer trainer =
                trainer(method, sparsity, PLANTED.outliers(64, 500)).maxNormRatio(10);
        try (SparseAutoencoder sae = trainer.train()) {
            // Other rows are in other batches, which lead to other local minima, up to 0.015 apart.
            assertEquals(without, explainedVariance(sae, PLANTED), 0.02);
            assertTrue(sae.metadata().largestNorms().get("blocks.0.hook_resid_post") < 30);
        }
    }

    private double plantedVariance(String method, double sparsity) throws IOException {
        String key = method + sparsity;
        if (!planted.containsKey(key)) {
            planted.put(key, explainedVariance(method, sparsity, PLANTED));
        }
        return planted.get(key);
    }

    private static double explainedVariance(String method, double sparsity, ActivationSource source)
            throws IOException {
        try (SparseAutoencoder sae = trainer(method, sparsity, source).train()) {
            return explainedVariance(sae, source);
        }
    }

    private static double explainedVariance(SparseAutoencoder sae, ActivationSource source) throws IOException {
        try (ActivationStream stream = source.open(new StreamPosition(0, 4000, 0, 0));
                Scope scope = Scope.open()) {
            ReconstructionStatistics statistics = new ReconstructionStatistics();
            for (int i = 0; i < 4; i++) {
                NDArray x = stream.next().values();
                statistics.add(x, sae.reconstruct(x));
            }
            return statistics.explainedVariance();
        }
    }

    private static SaeTrainer trainer(String method, double sparsity, ActivationSource source) {
        return SaeTrainer.of(TrainingMethods.create(method, sparsity, 48))
                .source(source)
                .dictionarySize(48)
                .tokens(64 * 400)
                .batchSize(64)
                .bufferRows(2048)
                .optimizer(usual -> usual.learningRate(LEARNING_RATE))
                .progress(false);
    }
}
