package dev.assay.train.internal.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.method.StandardTraining;
import dev.assay.train.plan.DictionaryInitialization;
import dev.assay.train.plan.Plans;
import dev.assay.train.plan.Resampling;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.Parameter;
import dev.assay.train.spi.StepSpan;
import dev.assay.train.spi.TrainingMethod;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ResamplerTest {
    private static final int WIDTH = 6;
    private static final int DEAD = 5;
    private static final int POOL = 3 * Plans.BATCH + 10;
    private static final float SCALE = 1.7f;

    static Stream<TrainingMethod> methods() {
        return Plans.methods();
    }

    private static TrainingPlan plan(TrainingMethod method) {
        return Plans.of(
                method,
                method.optimizer(Plans.LATENTS).averageDecay(0.9),
                Plans.revival(Resampling.at(StepSpan.steps(2)), 0),
                DictionaryInitialization.standard());
    }

    private static Map<Parameter, float[]> numbers(DictionaryParameters p) {
        return p.names().stream()
                .collect(Collectors.toMap(name -> name, name -> p.get(name).toFloatArray()));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void deadLatentsStartAnewAndNothingElseChanges(TrainingMethod method) {
        TrainingPlan plan = plan(method);
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Autograd off = Autograd.off();
                Scope scope = Scope.open();
                TrainingState state =
                        new TrainingState(manager, plan, InitialDictionary.of(manager, plan, WIDTH, WIDTH))) {
            NDArray pool = Plans.random(manager, 5, POOL, WIDTH);
            ActivationScale scale = ActivationScale.of(SCALE);
            state.step(Plans.random(manager, 1, Plans.BATCH, WIDTH));
            assertEquals(0, state.resampleWhenDue(() -> pool, scale)); // not yet
            state.step(Plans.random(manager, 2, Plans.BATCH, WIDTH));
            Plans.kill(state, DEAD);
            DictionaryParameters p = state.parameters();
            Map<Parameter, float[]> weights = numbers(p);
            Map<Parameter, float[]> first = numbers(state.optimizer().moments().get(0));
            List<float[]> kept = state.objective().state().values().stream()
                    .map(ResamplerTest::doubles)
                    .toList();
            float[] norms = Aten.rowNorms(p.encoder()).toFloatArray();
            double living = 0;
            for (int latent = DEAD; latent < norms.length; latent++) {
                living += norms[latent] / (norms.length - DEAD);
            }

            assertEquals(DEAD, state.resampleWhenDue(() -> pool, scale));

            NDArray inputs = pool.mul(SCALE);
            inputs = method.tied() ? inputs : inputs.sub(p.decoderBias());
            NDArray directions = inputs.div(Aten.rowNorms(inputs));
            NDArray cosines = p.decoder().get("0:" + DEAD).matMul(directions.transpose()); // [dead, pool]
            Set<Long> sources = new HashSet<>();
            for (long source : cosines.argMax(1).toLongArray()) {
                sources.add(source);
            }
            assertEquals(DEAD, sources.size()); // each has an input of its own
            for (int latent = 0; latent < DEAD; latent++) {
                assertEquals(1, cosines.get(latent).max().getFloat(), 1e-5);
                assertEquals(1, p.decoder().get(latent).norm().getFloat(), 1e-5);
                if (!method.tied()) {
                    assertEquals(0.2 * living, p.encoder().get(latent).norm().getFloat(), 1e-5);
                    NDArray along = p.encoder().get(latent).mul(p.decoder().get(latent));
                    assertEquals(0.2 * living, along.sum().getFloat(), 1e-5);
                }
                assertEquals(0, p.encoderBias().getFloat(latent));
                for (Map.Entry<Parameter, Double> extra : method.extras().entrySet()) {
                    assertEquals(extra.getValue(), p.get(extra.getKey()).getFloat(latent), 1e-6);
                }
                assertEquals(0, state.dead().silentFor().getDouble(latent));
            }
            livingLatentsAreTheSame(weights, numbers(p));
            livingLatentsAreTheSame(first, numbers(state.optimizer().moments().get(0)));
            for (DictionaryParameters moments : state.optimizer().moments()) {
                for (Parameter parameter : p.names()) {
                    if (parameter.isOfLatents()) {
                        NDArray rows = moments.get(parameter).get(new NDIndex("0:" + DEAD));
                        assertEquals(0, rows.abs().max().getFloat());
                    }
                }
            }
            List<float[]> found = state.objective().state().values().stream()
                    .map(ResamplerTest::doubles)
                    .toList();
            for (int i = 0; i < kept.size(); i++) {
                assertArrayEquals(kept.get(i), found.get(i));
            }
            // The average of a new latent is what it is now.
            float[] averaged = state.optimizer().trained().encoder().get(0).toFloatArray();
            float[] now = p.encoder().get(0).toFloatArray();
            assertArrayEquals(now, averaged, 1e-5f);
        }
    }

    private static float[] doubles(NDArray array) {
        return array.toType(DataType.FLOAT32, false).toFloatArray();
    }

    private static void livingLatentsAreTheSame(Map<Parameter, float[]> before, Map<Parameter, float[]> after) {
        before.forEach((parameter, numbers) -> {
            int first = parameter.isOfLatents() ? DEAD * (numbers.length / Plans.LATENTS) : 0;
            assertArrayEquals(
                    Arrays.copyOfRange(numbers, first, numbers.length),
                    Arrays.copyOfRange(after.get(parameter), first, numbers.length),
                    parameter.key());
        });
    }

    /** The losses that inputs are drawn by, against the plain formula. */
    @Test
    void lossesAreSquaredErrors() {
        TrainingPlan plan = plan(StandardTraining.l1(0.1));
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Autograd off = Autograd.off();
                Scope scope = Scope.open();
                TrainingState state =
                        new TrainingState(manager, plan, InitialDictionary.of(manager, plan, WIDTH, WIDTH))) {
            NDArray x = Plans.random(manager, 3, Plans.BATCH, WIDTH);
            DictionaryParameters p = state.parameters();
            NDArray codes = x.sub(p.decoderBias())
                    .matMul(p.encoder().transpose())
                    .add(p.encoderBias())
                    .maximum(0f);
            NDArray error = codes.matMul(p.decoder()).add(p.decoderBias()).sub(x);
            assertArrayEquals(
                    error.square().sum(new int[] {1}).toFloatArray(),
                    state.squaredErrors(x).toFloatArray(),
                    1e-4f);
        }
    }

    /** Of one draw, the chance is loss² over their sum; of a second one, over the sum of those that are left. */
    @Test
    void chancesGoWithTheSquaredLoss() {
        double[] losses = {1, 2, 0, 3, 0.5};
        int trials = 20_000;
        double[] firsts = new double[losses.length];
        double[] seconds = new double[losses.length]; // after the one with loss 3
        double after = 0;
        for (int trial = 0; trial < trials; trial++) {
            int[] drawn = Resampler.draw(losses, 2, new SplittableRandom(trial));
            firsts[drawn[0]]++;
            if (drawn[0] == 3) {
                seconds[drawn[1]]++;
                after++;
            }
        }
        assertEquals(0, firsts[2]);
        // χ² with 3 and 2 degrees of freedom stays below 21.1 and 18.4 but for one time in ten thousand.
        assertTrue(chiSquare(firsts, new double[] {1, 4, 0, 9, 0.25}, trials) < 21.1);
        assertTrue(chiSquare(seconds, new double[] {1, 4, 0, 0, 0.25}, after) < 18.4);
    }

    private static double chiSquare(double[] counts, double[] weights, double trials) {
        double total = Arrays.stream(weights).sum();
        double sum = 0;
        for (int i = 0; i < counts.length; i++) {
            double expected = trials * weights[i] / total;
            sum += expected == 0 ? 0 : (counts[i] - expected) * (counts[i] - expected) / expected;
        }
        return sum;
    }

    @Test
    void drawsDifferAndAreRepeatable() {
        double[] losses = {1, 1, 0, 1, 1};
        int[] drawn = Resampler.draw(losses, 9, new SplittableRandom(1));
        assertArrayEquals(new int[] {0, 1, 3, 4}, Arrays.stream(drawn).sorted().toArray());
        assertArrayEquals(drawn, Resampler.draw(losses, 9, new SplittableRandom(1)));
    }

    @Test
    void momentsAreStepsOrShares() {
        Resampling mixed = Resampling.at(StepSpan.steps(3), StepSpan.share(0.5));
        assertEquals(
                List.of(3, 10),
                Stream.iterate(0, step -> step + 1)
                        .limit(20)
                        .filter(step -> mixed.isAfter(step, 20))
                        .toList());
        assertEquals(
                List.of(StepSpan.steps(5), StepSpan.steps(10)),
                Resampling.every(5, 2).after());
    }

    private static void refused(String message, Resampling resampling) {
        assertEquals(
                message,
                assertThrows(InvalidInputException.class, () -> resampling.check(20, 8))
                        .getMessage());
    }

    @Test
    void whatDoesNotFitARunIsNamed() {
        Resampling.none().check(20, 8);
        Resampling.at(StepSpan.steps(19)).check(20, 8);
        refused(
                "latents are resampled after step 20, expected a step from 1 to 19, one before the run's last",
                Resampling.at(StepSpan.steps(20)));
        refused(
                "the number of inputs of resampling is 7, expected at least the batch size, 8",
                new Resampling(List.of(StepSpan.steps(3)), 7, 0.2));
    }
}
