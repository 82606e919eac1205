package dev.assay.train.internal.step;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.checkpoint.Safetensors;
import dev.assay.io.Json;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.plan.AuxiliaryLoss;
import dev.assay.train.plan.AuxiliaryLoss.Convention;
import dev.assay.train.spi.BatchSlice;
import dev.assay.train.spi.CodeSpace;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.LossNames;
import dev.assay.train.spi.Parameter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The auxiliary loss of each convention against float64 oracles, on recorded pre-activations. */
class AuxiliaryLossValuesTest {
    private static final Path FIXTURES = Path.of("src/test/resources/dev/assay/evaluate");

    @ParameterizedTest
    @ValueSource(strings = {"few", "many"})
    void agreesWithTheOracle(String dead) throws IOException {
        JsonNode expected = Json.read(FIXTURES.resolve("expected.json")).at("/auxk/" + dead);
        double normalized = expected.at("/dictionary_learning/auxk_loss").doubleValue();
        assertEquals(normalized, loss(dead, new AuxiliaryLoss(1, Convention.NORMALIZED), false), 1e-5 * normalized);
        double scaled = expected.at("/saelens_no_rescale_coef_1/loss").doubleValue();
        assertEquals(scaled, loss(dead, new AuxiliaryLoss(1, Convention.SCALED), false), 1e-5 * scaled);
        double rescaled = expected.at("/saelens_rescale_coef_0.5/loss").doubleValue();
        assertEquals(rescaled, loss(dead, new AuxiliaryLoss(0.5, Convention.SCALED), true), 1e-5 * rescaled);
        int count = expected.at("/dictionary_learning/k_aux").intValue();
        assertEquals(
                count,
                AuxiliaryLoss.latentsPerRow(
                        24, expected.at("/dictionary_learning/n_dead").intValue()));
    }

    @Test
    void noDeadLatentTakesPartWhereThereIsNone() {
        assertEquals(0, AuxiliaryLoss.latentsPerRow(24, 0));
    }

    private static double loss(String deadName, AuxiliaryLoss auxiliary, boolean ranksByNorm) throws IOException {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open();
                Safetensors inputs = Safetensors.open(FIXTURES.resolve("inputs.safetensors"))) {
            NDArray pre = inputs.load(manager, "aux_pre"); // [rows, d_sae]
            NDArray decoder = inputs.load(manager, "aux_W_dec"); // [d_sae, d]
            int rows = (int) pre.getShape().get(0);
            int dSae = (int) pre.getShape().get(1);
            // With the rows of the identity as input and preᵀ as encoder, pre-activations are the recorded ones.
            DictionaryParameters p = DictionaryParameters.of(
                    pre.transpose().duplicate(),
                    manager.zeros(new Shape(dSae)),
                    decoder,
                    inputs.load(manager, "aux_b_dec"));
            NDArray x = inputs.load(manager, "aux_x");
            BatchSlice batch = new BatchSlice(manager.eye(rows), null, x, 0);
            Workspace workspace = new Workspace(manager);
            CodeSpace space = new DenseCodeSpace(workspace);
            StepSums sums = new StepSums(p, rows, workspace);
            NDArray none = pre.zerosLike();
            Aten.copy_(sums.error(batch), inputs.load(manager, "aux_x_hat").sub(x));
            sums.gradients().addPreActivations(space, batch, none);
            sums.countActive(space, none);
            sums.gradients().add(Parameter.ENCODER_BIAS, p.encoderBias().zerosLike());
            sums.gradients().add(Parameter.DECODER, decoder.zerosLike());
            DeadSubDictionary dead = DeadSubDictionary.of(p, dead(inputs, manager, deadName), batch);
            new AuxiliaryGradient(auxiliary, p, dead, ranksByNorm, dead.size(), SliceReduction.WHOLE)
                    .addTo(batch, sums);
            return sums.values().get(LossNames.AUXILIARY);
        }
    }

    private static NDArray dead(Safetensors inputs, NDManager manager, String name) {
        int[] mask = inputs.load(manager, "aux_dead_" + name)
                .toType(DataType.INT32, false)
                .toIntArray();
        return manager.create(IntStream.range(0, mask.length)
                .filter(i -> mask[i] != 0)
                .mapToLong(i -> i)
                .toArray());
    }
}
