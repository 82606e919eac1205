package dev.assay.train.internal.step;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.plan.LossOracle;
import dev.assay.train.plan.MethodCase;
import dev.assay.train.plan.TapeLoss;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.Parameter;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The closed-form gradients of every method, sparse and dense, against finite differences of a float64 oracle and PyTorch's autograd. */
class ObjectiveGradientTest {
    private static final double STEP = 1e-6;

    static Stream<MethodCase> cases() {
        return MethodCase.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientsAreThoseOfTheLoss(MethodCase c) {
        LossOracle oracle = c.oracle();
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Autograd off = Autograd.off();
                Scope scope = Scope.open();
                TrainingState state = c.state(manager)) {
            StepSums sums = state.sums(c.batch(manager));
            double loss = oracle.loss();
            assertEquals(loss, sums.values().total(), 1e-5 * loss);
            DictionaryParameters gradients = sums.gradients().all();
            assertEquals(oracle.parameters.keySet(), gradients.names());
            oracle.parameters.forEach((parameter, values) ->
                    compare(parameter, oracle, values, gradients.get(parameter).toFloatArray()));
            NDArray inner =
                    gradients.decoder().mul(state.parameters().decoder()).sum(new int[] {1});
            float[] expected = inner.toFloatArray();
            float[] found = sums.gradients().decoderGradientDot().toFloatArray();
            for (int latent = 0; latent < expected.length; latent++) {
                assertEquals(expected[latent], found[latent], 2e-4 * (1 + Math.abs(expected[latent])));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientsAreThoseOfAutograd(MethodCase c) {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open();
                TrainingState state = c.state(manager)) {
            DictionaryParameters closed;
            try (Autograd off = Autograd.off()) {
                closed = state.sums(c.batch(manager)).gradients().all();
            }
            DictionaryParameters p = state.parameters();
            try (Autograd tape = Autograd.recording()) {
                p.arrays().forEach(array -> array.setRequiresGradient(true));
                tape.backward(new TapeLoss(manager, c, p).loss());
            }
            p.byName().forEach((parameter, array) -> {
                float[] expected = array.getGradient().toFloatArray();
                float[] found = closed.get(parameter).toFloatArray();
                for (int i = 0; i < expected.length; i++) {
                    assertEquals(
                            expected[i],
                            found[i],
                            1e-4f * (1 + Math.abs(expected[i])),
                            parameter.key() + " entry " + i);
                }
            });
        }
    }

    private static void compare(Parameter parameter, LossOracle oracle, double[][] values, float[] found) {
        int flat = 0;
        for (double[] row : values) {
            for (int i = 0; i < row.length; i++) {
                double before = row[i];
                row[i] = before + STEP;
                double above = oracle.loss();
                row[i] = before - STEP;
                double below = oracle.loss();
                row[i] = before;
                double expected = (above - below) / (2 * STEP);
                assertEquals(
                        expected, found[flat], 2e-4 * (1 + Math.abs(expected)), parameter.key() + " entry " + flat);
                flat++;
            }
        }
    }
}
