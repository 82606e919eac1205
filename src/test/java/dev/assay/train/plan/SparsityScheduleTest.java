package dev.assay.train.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.sae.TopK;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.internal.step.InitialDictionary;
import dev.assay.train.internal.step.LossValues;
import dev.assay.train.internal.step.TrainingState;
import dev.assay.train.method.BatchTopKTraining;
import dev.assay.train.method.MatryoshkaTraining;
import dev.assay.train.method.StandardTraining;
import dev.assay.train.method.TopKTraining;
import dev.assay.train.spi.LossNames;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.spi.StepSpan;
import dev.assay.train.spi.TrainingMethod;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SparsityScheduleTest {
    @Test
    void coefficientsRiseFromZero() {
        SparsitySchedule schedule = new SparsitySchedule(StepSpan.steps(4), KAnnealing.none());
        double[] expected = {0, 0.25, 0.5, 0.75, 1, 1};
        for (int step = 0; step < expected.length; step++) {
            assertEquals(expected[step], schedule.at(step, expected.length).sparsity());
            assertEquals(1, SparsitySchedule.none().at(step, expected.length).sparsity());
        }
    }

    @ParameterizedTest
    @CsvSource({"BEFORE_STEP, 20 15 11 7 3 3 3", "AFTER_STEP, 3 20 15 11 7 3 3"})
    void decreasesKLinearly(KAnnealing.Timing timing, String expected) {
        // k_t = ⌊20 · (1 − t/4) + 3 · t/4⌋: 20, 15.75, 11.5, 7.25, 3
        KAnnealing annealing = new KAnnealing(20, StepSpan.steps(4), timing);
        String[] numbers = expected.split(" ");
        for (int step = 0; step < numbers.length; step++) {
            assertEquals(Double.parseDouble(numbers[step]), annealing.k(3, step, 7), "step " + step);
        }
    }

    @Test
    void annealingEndsAtAFractionalK() {
        assertEquals(2.5, KAnnealing.linear(9, StepSpan.steps(4)).k(2.5, 4, 10));
        assertEquals(2.5, KAnnealing.none().k(2.5, 0, 10));
    }

    private static void refused(String message, KAnnealing annealing, TrainingMethod method) {
        assertEquals(
                message,
                assertThrows(InvalidInputException.class, () -> annealing.check(method, 16))
                        .getMessage());
    }

    @Test
    void refusesAnnealingThatDoesNotFit() {
        KAnnealing.none().check(StandardTraining.l1(1), 16);
        KAnnealing.linear(16, StepSpan.share(0.5)).check(BatchTopKTraining.of(2.5), 16);
        refused(
                "k anneals from 20.0, expected at least k, which is 3.0, and at most d_sae, which is 16",
                KAnnealing.linear(20, StepSpan.share(0.5)),
                new TopKTraining(TopK.of(3)));
        refused(
                "k anneals from 2.0, expected at least k, which is 3.0, and at most d_sae, which is 16",
                KAnnealing.linear(2, StepSpan.share(0.5)),
                new TopKTraining(TopK.of(3)));
        refused(
                "k anneals from 8.0, but standard has no k",
                KAnnealing.linear(8, StepSpan.share(0.5)),
                StandardTraining.l1(1));
        assertEquals(
                "k anneals from -1.0, expected a number of latents",
                assertThrows(InvalidInputException.class, () -> KAnnealing.linear(-1, StepSpan.NONE))
                        .getMessage());
    }

    private static TrainingPlan plan(TrainingMethod method, SparsitySchedule schedule) {
        return new TrainingPlan(
                method,
                Plans.LATENTS,
                6L * Plans.BATCH,
                Plans.BATCH,
                7,
                OptimizerOptions.of(1e-6),
                schedule,
                Plans.revival(Resampling.none(), 0),
                DictionaryInitialization.standard(),
                true,
                false,
                Target.INPUT);
    }

    /** Returns the losses of all steps of a run. */
    private static List<LossValues> losses(TrainingPlan plan) {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Autograd off = Autograd.off();
                Scope scope = Scope.open();
                TrainingState state = new TrainingState(manager, plan, InitialDictionary.of(manager, plan, 6, 6))) {
            NDArray x = Plans.random(manager, 1, Plans.BATCH, 6);
            return Stream.generate(() -> state.step(x).losses())
                    .limit(plan.steps())
                    .toList();
        }
    }

    @Test
    void activeLatentsFollowTheAnnealedK() {
        KAnnealing annealing = KAnnealing.linear(8, StepSpan.steps(4));
        double[] expected = {8, 6, 5, 3, 2.5, 2.5}; // ⌊8 · (1 − t/4) + 2.5 · t/4⌋, then k
        for (TrainingMethod method :
                List.of(BatchTopKTraining.of(2.5), MatryoshkaTraining.of(2.5, List.of(8, Plans.LATENTS)))) {
            List<LossValues> found = losses(plan(method, SparsitySchedule.annealing(annealing)));
            for (int step = 0; step < expected.length; step++) {
                assertEquals(expected[step], found.get(step).l0(), 1e-6, method.id() + " step " + step);
            }
        }
        List<LossValues> rows = losses(plan(new TopKTraining(TopK.of(2)), SparsitySchedule.annealing(annealing)));
        assertEquals(2, rows.get(5).l0(), 1e-6);
        assertTrue(rows.get(0).l0() > 6);
    }

    @Test
    void penaltiesFollowTheWarmUp() {
        List<LossValues> found = losses(plan(StandardTraining.l1(1), SparsitySchedule.warmUp(StepSpan.steps(4))));
        double full = found.get(5).get(LossNames.L1);
        double[] expected = {0, 0.25, 0.5, 0.75, 1, 1};
        for (int step = 0; step < expected.length; step++) {
            assertEquals(expected[step] * full, found.get(step).get(LossNames.L1), 1e-4 * full);
        }
    }
}
