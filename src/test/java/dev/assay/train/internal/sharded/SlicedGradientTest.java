package dev.assay.train.internal.sharded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Gaussian;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.collective.InProcessCollectives;
import dev.assay.train.internal.step.InitialDictionary;
import dev.assay.train.internal.step.LossValues;
import dev.assay.train.internal.step.StepSums;
import dev.assay.train.internal.step.TrainingState;
import dev.assay.train.method.BatchTopKTraining;
import dev.assay.train.method.TopKTraining;
import dev.assay.train.plan.AuxiliaryLoss;
import dev.assay.train.plan.DeadLatentOptions;
import dev.assay.train.plan.DeadLatentRule;
import dev.assay.train.plan.DictionaryInitialization;
import dev.assay.train.plan.SparsitySchedule;
import dev.assay.train.plan.Target;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.LossNames;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.spi.Parameter;
import dev.assay.train.spi.TrainingMethod;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients of slices equal those of the whole dictionary within the rounding of sums, 10⁻⁵ of the largest entry. */
class SlicedGradientTest {
    private static final int D = 12;
    private static final int LATENTS = 40;
    private static final int BATCH = 24;
    private static final double TOLERANCE = 1e-5;
    /** More dead latents than the auxiliary loss selects per row, unevenly distributed over the slices. */
    private static final int DEAD = 18;

    private record Gradients(Map<Parameter, float[]> of, double squaredError, double auxiliary, double l0) {}

    static Stream<Arguments> cases() {
        AuxiliaryLoss strong = new AuxiliaryLoss(1, AuxiliaryLoss.Convention.NORMALIZED);
        AuxiliaryLoss scaled = new AuxiliaryLoss(1, AuxiliaryLoss.Convention.SCALED);
        return Stream.of(TopKTraining.of(5), BatchTopKTraining.of(4.5))
                .flatMap(method -> Stream.of(
                        Arguments.of(method, AuxiliaryLoss.none(), Target.INPUT),
                        Arguments.of(method, strong, Target.INPUT),
                        Arguments.of(method, scaled, Target.INPUT),
                        Arguments.of(method, strong, Target.OTHER_SITE_WITH_SKIP)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void slicesHaveTheGradientsOfTheWholeDictionary(TrainingMethod method, AuxiliaryLoss auxiliary, Target target) {
        TrainingPlan plan = new TrainingPlan(
                method,
                LATENTS,
                BATCH,
                BATCH,
                2,
                OptimizerOptions.of(1e-3),
                SparsitySchedule.none(),
                DeadLatentOptions.of(auxiliary, DeadLatentRule.after(1000)),
                DictionaryInitialization.standard().decoderBias(DictionaryInitialization.DecoderBias.ZERO),
                target == Target.INPUT,
                false,
                target);
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Autograd off = Autograd.off();
                Scope scope = Scope.open();
                DictionaryParameters initial = initial(manager, plan)) {
            NDArray x = Gaussian.array(manager, new Shape(BATCH, target == Target.INPUT ? D : 2 * D), 7);
            DictionaryParameters copy = initial.map((parameter, array) -> array.duplicate());
            Gradients expected;
            try (TrainingState whole = new TrainingState(manager, plan, copy)) {
                whole.useDenseLayout(false);
                expected = gradients(whole, 0, x);
            }
            SliceLayout layout = new SliceLayout(LATENTS, 7, 3);
            try (SlicedDictionary sliced =
                    new SlicedDictionary(plan, initial, layout, new InProcessCollectives(3).members(), Device.cpu())) {
                List<Gradients> slices = sliced.onStates((slice, state) -> {
                    try (Scope own = Scope.open()) {
                        return gradients(state, layout.firstLatent(slice), x);
                    }
                });
                compare(expected, slices);
                assertEquals(auxiliary.coefficient() > 0, expected.auxiliary() > 0);
            }
        }
    }

    /** Parameters without zeros, so that every gradient has all its terms. */
    private static DictionaryParameters initial(NDManager manager, TrainingPlan plan) {
        DictionaryParameters initial = InitialDictionary.of(manager, plan, D, D);
        long seed = 20;
        for (NDArray array : initial.arrays()) {
            Aten.add_(array, Gaussian.array(manager, array.getShape(), seed++), 0.2);
        }
        return initial;
    }

    private static Gradients gradients(TrainingState state, int firstLatent, NDArray x) {
        double[] silent = new double[state.parameters().dSae()];
        for (int i = 0; i < silent.length; i++) {
            silent[i] = firstLatent + i < DEAD ? 2000 : 0;
        }
        NDManager manager = state.parameters().encoder().getManager();
        Aten.copy_(state.dead().silentFor(), manager.create(silent));
        state.dead().restore(5000, 0);
        // Dead latents must not fire: their bias is low, but positive for the auxiliary loss of some rows.
        NDArray bias = state.parameters().encoderBias();
        float[] lowered = bias.toFloatArray();
        for (int i = 0; i < silent.length; i++) {
            lowered[i] += silent[i] > 0 ? -0.6f : 1.2f;
        }
        Aten.copy_(bias, manager.create(lowered));
        StepSums sums = state.sums(x);
        Map<Parameter, float[]> all = new EnumMap<>(Parameter.class);
        sums.gradients().all().byName().forEach((parameter, array) -> all.put(parameter, array.toFloatArray()));
        LossValues values = sums.values();
        double auxiliary = values.parts().getOrDefault(LossNames.AUXILIARY, 0.0);
        return new Gradients(all, values.get(LossNames.SQUARED_ERROR), auxiliary, values.l0());
    }

    private static void compare(Gradients expected, List<Gradients> slices) {
        expected.of().forEach((parameter, whole) -> {
            double largest = 0;
            for (float value : whole) {
                largest = Math.max(largest, Math.abs(value));
            }
            assertTrue(largest > 0);
            int at = 0;
            for (Gradients slice : slices) {
                float[] part = slice.of().get(parameter);
                at = parameter.isOfLatents() ? at : 0;
                for (float value : part) {
                    assertEquals(whole[at++], value, TOLERANCE * largest, parameter.key());
                }
            }
            assertEquals(whole.length, at);
        });
        double l0 = slices.stream().mapToDouble(Gradients::l0).sum();
        assertEquals(expected.l0(), l0, 1e-5);
        for (Gradients slice : slices) {
            assertEquals(expected.squaredError(), slice.squaredError(), TOLERANCE * expected.squaredError());
            assertEquals(expected.auxiliary(), slice.auxiliary(), TOLERANCE * expected.squaredError());
        }
    }
}
