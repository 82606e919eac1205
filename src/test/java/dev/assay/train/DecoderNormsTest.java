package dev.assay.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.assay.activation.PlantedSource;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.train.method.TrainingMethods;
import dev.assay.train.plan.DictionaryInitialization;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.DecoderConstraint;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The norms of decoder rows during training and in trained dictionaries. */
class DecoderNormsTest {
    private static final PlantedSource PLANTED = PlantedSource.of(24, 40, 3);

    private static SaeTrainer trainer(String method, double sparsity) {
        return SaeTrainer.of(TrainingMethods.create(method, sparsity, 48))
                .source(PLANTED)
                .dictionarySize(48)
                .tokens(64 * 50)
                .batchSize(64)
                .bufferRows(2048)
                .progress(false);
    }

    @ParameterizedTest
    @CsvSource({
        "topk, 4, FREE, 0.5",
        "batchtopk, 4, FREE, 0.7",
        "standard, 1, FREE, 0.5",
        "gated, 1, FREE, 0.5",
        "matryoshka, 4, UNIT_NORM_TANGENT, 1",
        "standard-unit-norm, 1, UNIT_NORM_TANGENT, 1",
        "gated-unit-norm, 1, UNIT_NORM_TANGENT, 1",
        "jumprelu, 1, UNIT_NORM_TANGENT, 1"
    })
    void trainedDictionaryHasRowsOfNormOne(String method, double sparsity, DecoderConstraint constraint, double start)
            throws IOException {
        TrainingPlan plan = trainer(method, sparsity).plan();
        assertEquals(constraint, plan.optimizer().decoder());
        assertEquals(start, plan.initialization().decoderNorm());
        try (SparseAutoencoder sae = trainer(method, sparsity).train()) {
            for (float norm : sae.decoder().norm(new int[] {1}, false).toFloatArray()) {
                assertEquals(1, norm, 1e-5);
            }
        }
    }

    @Test
    void topKDictionaryRanksByPreActivation() throws IOException {
        try (SparseAutoencoder sae = trainer("topk", 4).train()) {
            assertEquals(TopK.of(4), sae.architecture());
        }
    }

    @Test
    void learningRateAndInitialBiasLeaveOtherOptionsUnchanged() {
        TrainingPlan usual = trainer("topk", 4).plan();
        TrainingPlan plan = trainer("topk", 4)
                .learningRate(0.01)
                .options(TrainerOptions.none().with("bias_start", "zero"))
                .plan();
        assertEquals(usual.optimizer().learningRate(0.01), plan.optimizer());
        assertEquals(
                usual.initialization().decoderBias(DictionaryInitialization.DecoderBias.ZERO), plan.initialization());
        assertEquals(
                0, trainer("jumprelu", 1).learningRate(0.01).plan().optimizer().beta1());
    }
}
