package dev.assay.train.internal.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.method.StandardTraining;
import dev.assay.train.plan.DeadLatentOptions;
import dev.assay.train.plan.DictionaryInitialization;
import dev.assay.train.plan.Plans;
import dev.assay.train.plan.Resampling;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.LossNames;
import dev.assay.train.spi.Parameter;
import dev.assay.train.spi.TrainingMethod;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What ghost gradients add to the gradients of each method, against PyTorch's autograd. */
class GhostGradientTest {
    private static final int WIDTH = 6;
    private static final int DEAD = 7;

    static Stream<TrainingMethod> methods() {
        return Plans.methods();
    }

    private static StepSums sums(TrainingState state, NDArray x) {
        Plans.kill(state, DEAD);
        return state.sums(x);
    }

    private static TrainingPlan plan(TrainingMethod method, double coefficient) {
        return Plans.of(
                method,
                method.optimizer(Plans.LATENTS),
                Plans.revival(Resampling.none(), coefficient),
                DictionaryInitialization.standard());
    }

    /** Dead latents look away from all rows, so that they stay dead; the exponential gives them a slope all the same. */
    private static DictionaryParameters parameters(NDManager manager, TrainingMethod method) {
        DictionaryParameters p = InitialDictionary.of(manager, plan(method, 0), WIDTH, WIDTH);
        p.encoderBias().set(new NDIndex("0:" + DEAD), -20f);
        return p;
    }

    @ParameterizedTest
    @MethodSource("methods")
    void gradientsAreThoseOfAutograd(TrainingMethod method) {
        double coefficient = 0.7;
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            NDArray x = Plans.random(manager, 1, Plans.BATCH, WIDTH);
            DictionaryParameters p = parameters(manager, method);
            StepSums with;
            StepSums without;
            NDArray error;
            NDArray parallel;
            try (Autograd off = Autograd.off();
                    TrainingState ghostly = new TrainingState(manager, plan(method, coefficient), copy(p));
                    TrainingState plain = new TrainingState(manager, plan(method, 0), copy(p))) {
                with = sums(ghostly, x);
                without = sums(plain, x);
                error = without.error();
                parallel = with.gradients()
                        .decoderGradientDot()
                        .sub(without.gradients().decoderGradientDot());
                assertEquals(
                        coefficient * without.values().get(LossNames.SQUARED_ERROR),
                        with.values().get(LossNames.GHOST),
                        1e-5);
            }
            p.arrays().forEach(array -> array.setRequiresGradient(true));
            try (Autograd tape = Autograd.recording()) {
                tape.backward(loss(p, x, error.duplicate(), method.tied(), coefficient));
            }
            for (Parameter parameter : p.names()) {
                float[] expected = p.get(parameter).getGradient().toFloatArray();
                float[] found = with.gradients()
                        .get(parameter)
                        .sub(without.gradients().get(parameter))
                        .toFloatArray();
                for (int i = 0; i < found.length; i++) {
                    assertEquals(expected[i], found[i], 2e-4 * (1 + Math.abs(expected[i])), parameter + " " + i);
                }
            }
            if (!method.tied()) {
                float[] expected = p.decoder()
                        .getGradient()
                        .mul(p.decoder().stopGradient())
                        .sum(new int[] {1})
                        .toFloatArray();
                float[] found = parallel.toFloatArray();
                for (int i = 0; i < found.length; i++) {
                    assertEquals(expected[i], found[i], 2e-4 * (1 + Math.abs(expected[i])), "parallel " + i);
                }
            }
            assertTrue(p.encoder().getGradient().get("0:" + DEAD).abs().sum().getFloat() > 0.01);
        }
    }

    private static DictionaryParameters copy(DictionaryParameters p) {
        return p.map((parameter, array) -> array.duplicate());
    }

    /** As the docstring of {@link DeadLatentOptions} has it; what stands in brackets there is cut from the tape. */
    private static NDArray loss(DictionaryParameters p, NDArray x, NDArray error, boolean tied, double coefficient) {
        NDIndex dead = new NDIndex("0:" + DEAD);
        NDArray s = tied ? x : x.sub(p.decoderBias());
        NDArray pre =
                s.matMul(p.encoder().get(dead).transpose()).add(p.encoderBias().get(dead));
        NDArray ghost = pre.exp().matMul(p.decoder().get(dead));
        NDArray norms = ghost.stopGradient().norm(new int[] {1}, true);
        NDArray scaled = ghost.mul(error.norm(new int[] {1}, true).div(norms).mul(0.5f));
        NDArray missed = scaled.add(error).square().sum().div((float) Plans.BATCH);
        NDArray squared = error.square().sum().div((float) Plans.BATCH);
        // Nothing else has a gradient, and yet autograd must have touched every parameter.
        NDArray nothing = p.arrays().stream()
                .map(array -> array.sum().mul(0f))
                .reduce(NDArray::add)
                .orElseThrow();
        return missed.mul(squared.div(missed.stopGradient()))
                .mul((float) coefficient)
                .add(nothing);
    }

    @Test
    void preActivationsBeyondTheExponentialsRangeAreHarmless() {
        TrainingMethod method = StandardTraining.l1(0.1);
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Autograd off = Autograd.off();
                Scope scope = Scope.open()) {
            for (float bias : new float[] {-500, 500}) {
                DictionaryParameters p = parameters(manager, method);
                p.encoderBias().set(new NDIndex("0:" + DEAD), bias);
                try (TrainingState state = new TrainingState(manager, plan(method, 1), p)) {
                    if (bias < 0) {
                        StepSums sums = sums(state, Plans.random(manager, 1, Plans.BATCH, WIDTH));
                        assertTrue(Double.isFinite(sums.values().total()));
                        assertTrue(Float.isFinite(
                                sums.gradients().all().encoder().abs().sum().getFloat()));
                    } else {
                        // They fire, and so are not dead any more.
                        StepSums sums = sums(state, Plans.random(manager, 1, Plans.BATCH, WIDTH));
                        assertTrue(!sums.values().parts().containsKey(LossNames.GHOST));
                    }
                }
            }
        }
    }

    @Test
    void aNegativeCoefficientIsRefused() {
        assertEquals(
                "the coefficient of ghost gradients is -1.0, expected 0 or more",
                Assertions.assertThrows(InvalidInputException.class, () -> Plans.revival(Resampling.none(), -1))
                        .getMessage());
    }
}
