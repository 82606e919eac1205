package dev.assay.train.internal.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.method.JumpReluTraining;
import dev.assay.train.plan.MethodCase;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.Parameter;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A batch on which no latent fires is a step like any other: too strong a penalty silences all of them at times. */
class SilentBatchTest {
    static Stream<MethodCase> cases() {
        return MethodCase.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aStepWithoutCodesTeachesTheBias(MethodCase c) {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Autograd off = Autograd.off();
                Scope scope = Scope.open();
                TrainingState state = c.state(manager)) {
            NDArray batch = c.batch(manager);
            NDArray biases = state.parameters().encoderBias();
            NDArray usual = biases.duplicate();
            Aten.copy_(biases, usual.sub(1000f));
            NDArray encoder = state.parameters().encoder().duplicate();

            TrainingState.StepReport silent = state.step(batch);
            assertEquals(0, silent.l0());
            assertTrue(Double.isFinite(silent.loss()));
            if (c.method().tied()) {
                assertEquals(0, silent.gradientNorm());
            } else if (c.dead().length == 0) {
                assertTrue(silent.gradientNorm() > 0);
                assertEquals(encoder, state.parameters().encoder());
            }

            Aten.copy_(biases, usual);
            assertTrue(state.step(batch).l0() > 0);
        }
    }

    @Test
    void negativeCodesAreSilence() {
        MethodCase c = MethodCase.all()
                .filter(SilentBatchTest::letsNegativeCodesThrough)
                .findFirst()
                .orElseThrow();
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Autograd off = Autograd.off();
                Scope scope = Scope.open();
                TrainingState state = c.state(manager)) {
            DictionaryParameters p = state.parameters();
            Aten.mul_(p.encoder(), 0);
            Aten.mul_(p.get(Parameter.THRESHOLD), 0);
            Aten.add_(p.get(Parameter.THRESHOLD), p.encoderBias().onesLike(), -2);
            float[] codes = new float[MethodCase.LATENTS];
            Arrays.fill(codes, -1);
            codes[5] = 1;
            Aten.copy_(p.encoderBias(), manager.create(codes));
            Aten.mul_(state.dead().silentFor(), 0);

            assertEquals(MethodCase.LATENTS, state.step(c.batch(manager)).l0());
            double[] silent = state.dead().silentFor().toDoubleArray();
            for (int latent = 0; latent < codes.length; latent++) {
                assertEquals(latent == 5 ? 0 : MethodCase.ROWS, silent[latent]);
            }
        }
    }

    private static boolean letsNegativeCodesThrough(MethodCase c) {
        return c.method() instanceof JumpReluTraining jump
                && jump.threshold() == JumpReluTraining.Threshold.RAW_UNBOUNDED;
    }
}
