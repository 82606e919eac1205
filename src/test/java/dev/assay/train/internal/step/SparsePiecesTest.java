package dev.assay.train.internal.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.activation.CountingSource;
import dev.assay.provenance.Provenance;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Gaussian;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.internal.run.TrainingCheckpoints;
import dev.assay.train.method.TopKTraining;
import dev.assay.train.plan.AuxiliaryLoss;
import dev.assay.train.plan.DeadLatentRule;
import dev.assay.train.plan.MethodCase;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.spi.Parameter;
import dev.assay.train.spi.TrainingMethod;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A step over pieces of the batch computes the gradients of a step over the whole batch, within the rounding of sums. */
class SparsePiecesTest {
    /** More rows than a chunk of the encoder's product, which has at least 512. */
    private static final int ROWS = 1200;

    private static final int BATCH = 600;
    private static final int WIDTH = 256;

    static Stream<MethodCase> cases() {
        return MethodCase.all().filter(each -> !each.dense() && each.selectsPerRow());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void piecesHaveTheGradientsOfTheWholeBatch(MethodCase c) {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Autograd off = Autograd.off();
                Scope scope = Scope.open();
                TrainingState whole = c.state(manager);
                TrainingState pieces = c.state(manager)) {
            NDArray x = Gaussian.array(
                    manager, new Shape(ROWS, c.batch(manager).getShape().get(1)), 3);
            whole.useDenseLayout(false);
            pieces.useSparsePieces();
            StepSums expected = whole.sums(x);
            LossValues losses = expected.values();
            Map<Parameter, float[]> gradients = new EnumMap<>(Parameter.class);
            expected.gradients()
                    .all()
                    .byName()
                    .forEach((parameter, array) -> gradients.put(parameter, array.toFloatArray()));
            float[] dot = expected.gradients().decoderGradientDot().toFloatArray();

            StepSums actual = pieces.sums(x);
            assertEquals(losses.total(), actual.values().total(), 1e-5 * Math.abs(losses.total()));
            assertEquals(losses.l0(), actual.values().l0(), 1e-5);
            actual.gradients()
                    .all()
                    .byName()
                    .forEach((parameter, array) -> assertClose(gradients.get(parameter), array, parameter.key()));
            assertClose(dot, actual.gradients().decoderGradientDot(), "decoder dot");
        }
    }

    private static void assertClose(float[] expected, NDArray actual, String name) {
        float largest = Float.MIN_NORMAL;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        float[] values = actual.toFloatArray();
        assertEquals(expected.length, values.length, name);
        for (int i = 0; i < values.length; i++) {
            assertEquals(expected[i], values[i], 1e-5 * largest, name);
        }
    }

    @Test
    void aStepDecidesByTheShareOfItsFirstRows() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Autograd off = Autograd.off();
                Scope scope = Scope.open()) {
            assertFalse(isDense(manager, TopKTraining.of(40), 512)); // 1/12.8, dense before
            assertTrue(isDense(manager, TopKTraining.of(150), 512));
        }
    }

    @Test
    void resumesStepsOverPiecesBitForBit(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("checkpoint.safetensors");
        TrainingPlan plan = plan(TopKTraining.of(40), 512);
        Provenance source = new CountingSource(WIDTH, pass -> 8).provenance();
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Autograd off = Autograd.off();
                Scope scope = Scope.open();
                TrainingState first = state(manager, plan);
                TrainingState resumed = state(manager, plan)) {
            NDArray x = Gaussian.array(manager, new Shape(BATCH, WIDTH), 1);
            NDArray next = Gaussian.array(manager, new Shape(BATCH, WIDTH), 2);
            first.step(x);
            TrainingCheckpoints.write(
                    file,
                    new TrainingCheckpoints.RunningState(first, source, ActivationScale.of(1), null, null),
                    Map.of());
            TrainingCheckpoints.restore(file, resumed, source);
            assertEquals(first.step(next), resumed.step(next));
            assertFalse(resumed.isDense());
            TrainingCheckpoints.arrays(first)
                    .forEach((name, array) -> assertEquals(
                            array, TrainingCheckpoints.arrays(resumed).get(name), name));
        }
    }

    private static boolean isDense(NDManager manager, TrainingMethod method, int dSae) {
        try (TrainingState state = state(manager, plan(method, dSae))) {
            state.step(Gaussian.array(manager, new Shape(BATCH, WIDTH), 1));
            return state.isDense();
        }
    }

    private static TrainingState state(NDManager manager, TrainingPlan plan) {
        return new TrainingState(manager, plan, InitialDictionary.of(manager, plan, WIDTH, WIDTH));
    }

    private static TrainingPlan plan(TrainingMethod method, int dSae) {
        return new TrainingPlan(
                method,
                dSae,
                10L * BATCH,
                BATCH,
                0,
                OptimizerOptions.of(1e-3),
                AuxiliaryLoss.none(),
                DeadLatentRule.after(1000),
                true,
                false,
                false);
    }
}
