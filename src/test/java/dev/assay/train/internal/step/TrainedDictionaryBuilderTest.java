package dev.assay.train.internal.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.activation.CountingSource;
import dev.assay.sae.ActivationNormalization;
import dev.assay.sae.InputOptions;
import dev.assay.sae.Sites;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.sae.Weights;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.SaeTrainer;
import dev.assay.train.SmallRun;
import dev.assay.train.method.TopKTraining;
import dev.assay.train.plan.AuxiliaryLoss;
import dev.assay.train.plan.DeadLatentRule;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.OptimizerOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("slow")
class TrainedDictionaryBuilderTest {
    private static final int ROWS = 50;
    private static final int WIDTH = 10;
    private static final int LATENTS = 40;

    @ParameterizedTest
    @CsvSource({"3.7, false, true", "0.021, false, true", "3.7, true, true", "0.3, true, false", "1, false, false"})
    void foldingTheScaleChangesNothing(double scale, boolean rescales, boolean centres) {
        TopK architecture = new TopK(4, rescales);
        TrainingPlan plan = new TrainingPlan(
                new TopKTraining(architecture),
                LATENTS,
                ROWS,
                ROWS,
                0,
                OptimizerOptions.of(1e-3),
                AuxiliaryLoss.none(),
                DeadLatentRule.after(1000),
                centres,
                false,
                true);
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Autograd off = Autograd.off();
                Scope scope = Scope.open();
                TrainingState state = new TrainingState(manager, plan, parameters(manager))) {
            DictionaryParameters p = state.parameters();
            NDArray x = random(manager, 5, ROWS, WIDTH);
            NDArray scaled = x.mul((float) scale);
            try (SparseAutoencoder folded = TrainedDictionaryBuilder.fold(
                            state,
                            ActivationScale.of(scale),
                            new CountingSource(WIDTH, pass -> 1).provenance(),
                            Sites.of("site", WIDTH));
                    SparseAutoencoder training = SparseAutoencoder.builder()
                            .architecture(architecture)
                            .weights(new Weights(p.encoder(), p.encoderBias(), p.decoder(), p.decoderBias()))
                            .input(new InputOptions(ActivationNormalization.NONE, centres, false))
                            .build()) {
                NDArray expected = training.reconstruct(scaled).div((float) scale);
                NDArray found = folded.reconstruct(x);
                double largest = expected.abs().max().getFloat();
                assertEquals(0, found.sub(expected).abs().max().getFloat() / largest, 1e-6);

                // The loss that training would see says the same, in units of the scaled activations.
                double loss = state.sums(scaled).values().total();
                double error = found.sub(x).square().sum().getFloat() / ROWS;
                assertEquals(loss, error * scale * scale, 1e-5 * loss);

                assertEquals(TopK.of(4), folded.architecture());
                if (rescales) {
                    float[] norms = folded.decoder().norm(new int[] {1}, false).toFloatArray();
                    for (float norm : norms) {
                        assertEquals(1, norm, 1e-6);
                    }
                }
            }
        }
    }

    @Test
    void saysWhereItComesFrom() throws IOException {
        try (SparseAutoencoder sae = SmallRun.trainer(SmallRun.source(), null).train()) {
            assertEquals("counting", sae.metadata().modelName().orElseThrow());
            assertEquals("blocks.0.hook_resid_post", sae.metadata().hookName().orElseThrow());
            assertEquals(8, sae.metadata().contextSize().orElseThrow());
            assertTrue(
                    sae.metadata().get("exclude_special_tokens").orElseThrow().booleanValue());
            assertEquals(
                    3,
                    sae.metadata()
                            .get("training")
                            .orElseThrow()
                            .at("/method/architecture/k")
                            .intValue());
        }
    }

    /** The counts must not start anew with the last step, nor only where a log is kept. */
    @Test
    void densityIsOverAMillionTokens(@TempDir Path folder) throws IOException {
        float[] density = density(folder);
        double sum = 0;
        for (float share : density) {
            sum += share;
        }
        assertTrue(sum > 0.3 && sum <= 1.0001, "latents active a token: " + sum);
        assertArrayEquals(density(null), density);
    }

    private static float[] density(Path folder) throws IOException {
        try (SparseAutoencoder sae = SaeTrainer.of(TopK.of(1))
                .source(new CountingSource(2, pass -> 4096).indexScale(1e-6))
                .dictionarySize(4)
                .batchSize(10_000)
                .tokens(1_000_000)
                .output(folder)
                .progress(false)
                .train()) {
            return sae.density().orElseThrow().toFloatArray();
        }
    }

    private static DictionaryParameters parameters(NDManager manager) {
        return DictionaryParameters.of(
                random(manager, 1, LATENTS, WIDTH),
                random(manager, 2, LATENTS, 1).reshape(-1),
                random(manager, 3, LATENTS, WIDTH),
                random(manager, 4, WIDTH, 1).reshape(-1));
    }

    private static NDArray random(NDManager manager, long seed, int rows, int columns) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] values = random.doubles((long) rows * columns, -1, 1).toArray();
        NDArray array = manager.create(values, new Shape(rows, columns)).toType(DataType.FLOAT32, false);
        assertArrayEquals(new long[] {rows, columns}, array.getShape().getShape());
        return array;
    }
}
