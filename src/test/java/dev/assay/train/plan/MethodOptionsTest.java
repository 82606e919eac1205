package dev.assay.train.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.sae.TopK;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.internal.step.TrainingState;
import dev.assay.train.method.BatchTopKTraining;
import dev.assay.train.method.GatedTraining;
import dev.assay.train.method.JumpReluPenalty;
import dev.assay.train.method.JumpReluTraining;
import dev.assay.train.method.MatryoshkaTraining;
import dev.assay.train.method.PAnnealingTraining;
import dev.assay.train.method.StandardTraining;
import dev.assay.train.method.ThresholdRule;
import dev.assay.train.method.TopKTraining;
import dev.assay.train.method.TrainingMethods;
import dev.assay.train.spi.LossNames;
import dev.assay.train.spi.Parameter;
import dev.assay.train.spi.TrainingMethod;
import dev.assay.train.spi.TrainingMethodProvider;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class MethodOptionsTest {
    @Test
    void refusesOptionsOutOfRange() {
        refused("0 < rate", () -> new ThresholdRule(0, 0, ThresholdRule.Start.FIRST));
        refused("increasing", () -> MatryoshkaTraining.of(2, List.of(4, 4)));
        refused("one weight per width", () -> new MatryoshkaTraining(BatchTopKTraining.of(2), List.of(4), List.of()));
        refused(
                "d_sae, which is 9",
                () -> MatryoshkaTraining.of(2, List.of(4, 8)).check(9));
        refused(
                "bandwidth",
                () -> JumpReluTraining.of(new JumpReluPenalty.Step(1)).withBandwidth(0, 1));
        refused("tanh", () -> new JumpReluPenalty.Tanh(1, 0));
        refused("target L0", () -> new JumpReluPenalty.Target(1, 0, false));
        refused("at most the first", () -> new PAnnealingTraining(1, 0.5, 0.6, false, 0, 1, 3, 3));
        refused("L1 coefficient", () -> GatedTraining.of(-1));
    }

    @Test
    void labelsEqualTheNamesOfMethodOptions() {
        for (TrainingMethodProvider provider : TrainingMethods.all()) {
            assertEquals(
                    provider.name(),
                    TrainingMethods.create(provider.name(), 2, 64).label());
        }
        assertEquals("standard-unit-norm p=0.5", new StandardTraining(1, 0.5, false, false).label());
    }

    @Test
    void refusesToSubtractAMissingDecoderBias() {
        TrainingMethod tied = StandardTraining.tied(1);
        refused("a tied dictionary does not have", () -> new MethodCase(tied, Target.INPUT, true, false).plan());
        TrainingMethod l1 = StandardTraining.l1(1);
        refused("another site", () -> new MethodCase(l1, Target.OTHER_SITE, true, false).plan());
        refused("a transcoder cannot have", () -> new MethodCase(tied, Target.OTHER_SITE, false, false).plan());
    }

    private static void refused(String part, Executable made) {
        InvalidInputException error = assertThrows(InvalidInputException.class, made);
        assertTrue(error.getMessage().contains(part), error.getMessage());
    }

    /** Sparse and dense slices have the same smallest activation per row, the activation with the k-th largest rank. */
    @Test
    void topKThresholdIsTheMeanOfTheSmallestActivationsPerRow() {
        TrainingMethod method = new TopKTraining(new TopK(3, true), ThresholdRule.standard());
        double sparse = threshold(new MethodCase(method, Target.INPUT, true, false));
        assertEquals(sparse, threshold(new MethodCase(method, Target.INPUT, true, true)), 1e-6 * sparse);

        MethodCase plain =
                new MethodCase(new TopKTraining(TopK.of(3), ThresholdRule.standard()), Target.INPUT, false, false);
        double[][] x = plain.x();
        double[][] encoder = plain.parameters().get(Parameter.ENCODER);
        double[] bias = plain.parameters().get(Parameter.ENCODER_BIAS)[0];
        double sum = 0;
        for (double[] row : x) {
            double[] pre = bias.clone();
            for (int l = 0; l < pre.length; l++) {
                for (int i = 0; i < row.length; i++) {
                    pre[l] += row[i] * encoder[l][i];
                }
            }
            Arrays.sort(pre);
            int k = pre.length - 3;
            while (pre[k] <= 0) {
                k++;
            }
            sum += pre[k];
        }
        assertEquals(sum / x.length, threshold(plain), 1e-5);
    }

    private static double threshold(MethodCase c) {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Autograd off = Autograd.off();
                Scope scope = Scope.open();
                TrainingState state = c.state(manager)) {
            return state.sums(c.batch(manager)).values().get(LossNames.THRESHOLD);
        }
    }

    /** The log contains NaN before the first update. */
    @Test
    void logsNanBeforeTheFirstThresholdUpdate() {
        ThresholdRule late = new ThresholdRule(0.5, 1, ThresholdRule.Start.FIRST);
        MethodCase c = new MethodCase(new BatchTopKTraining(2, false, late), Target.INPUT, false, false);
        assertTrue(Double.isNaN(threshold(c)));
        ThresholdRule zero = new ThresholdRule(0.5, 0, ThresholdRule.Start.ZERO);
        ThresholdRule first = new ThresholdRule(0.5, 0, ThresholdRule.Start.FIRST);
        double half = threshold(new MethodCase(new BatchTopKTraining(2, false, zero), Target.INPUT, false, false));
        double whole = threshold(new MethodCase(new BatchTopKTraining(2, false, first), Target.INPUT, false, false));
        assertEquals(whole / 2, half, 1e-6);
    }
}
