package dev.assay.train.internal.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.sae.TopK;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Gaussian;
import dev.assay.tensor.ProductPrecision;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.method.BatchTopKTraining;
import dev.assay.train.method.GatedTraining;
import dev.assay.train.method.JumpReluPenalty;
import dev.assay.train.method.JumpReluTraining;
import dev.assay.train.method.MatryoshkaTraining;
import dev.assay.train.method.PAnnealingTraining;
import dev.assay.train.method.StandardTraining;
import dev.assay.train.method.ThresholdRule;
import dev.assay.train.method.TopKTraining;
import dev.assay.train.plan.AuxiliaryLoss;
import dev.assay.train.plan.DeadLatentOptions;
import dev.assay.train.plan.DeadLatentRule;
import dev.assay.train.plan.DictionaryInitialization;
import dev.assay.train.plan.EncoderProduct;
import dev.assay.train.plan.Resampling;
import dev.assay.train.plan.SparsitySchedule;
import dev.assay.train.plan.Target;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.TrainingMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Steps that select latents from candidates have the losses and gradients of steps with the float32 product. */
class CandidateScoresTest {
    private static final int WIDTH = 32;
    private static final int LATENTS = 640;
    private static final int BATCH = 150;

    static Stream<TrainingMethod> methods() {
        return Stream.of(
                new TopKTraining(TopK.of(4)),
                new TopKTraining(new TopK(4, true), ThresholdRule.standard()),
                BatchTopKTraining.of(3.5),
                new BatchTopKTraining(3.5, true, ThresholdRule.standard()),
                MatryoshkaTraining.of(3, List.of(100, LATENTS)),
                StandardTraining.l1(0.1),
                StandardTraining.normWeighted(0.1),
                StandardTraining.tied(0.1),
                PAnnealingTraining.of(0.1),
                new GatedTraining(0.1, GatedTraining.Auxiliary.ATTACHED, false),
                JumpReluTraining.of(new JumpReluPenalty.Step(0.1)).withBandwidth(0.1, 0.05));
    }

    private static TrainingPlan plan(TrainingMethod method) {
        return new TrainingPlan(
                method,
                LATENTS,
                100L * BATCH,
                BATCH,
                7,
                method.optimizer(LATENTS).learningRate(1e-4),
                SparsitySchedule.none(),
                new DeadLatentOptions(AuxiliaryLoss.standard(), DeadLatentRule.after(2 * BATCH), Resampling.none(), 0),
                DictionaryInitialization.of(method).decoderBias(DictionaryInitialization.DecoderBias.MEAN),
                !method.tied(),
                false,
                Target.INPUT);
    }

    /** Returns the losses of four steps, and the parameters after them. */
    private static List<double[]> train(TrainingMethod method, ProductPrecision precision) {
        List<double[]> results = new ArrayList<>();
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Autograd off = Autograd.off()) {
            TrainingPlan plan = plan(method);
            try (TrainingState state =
                    new TrainingState(manager, plan, InitialDictionary.of(manager, plan, WIDTH, WIDTH))) {
                state.useDenseLayout(false);
                state.encoderProduct(precision);
                // Few latents of a coefficient are active: most biases are low.
                if (method.activeLatents() == 0) {
                    Aten.add_(state.parameters().encoderBias(), -2);
                }
                for (int step = 0; step < 4; step++) {
                    try (Scope scope = Scope.open()) {
                        NDArray x = Aten.add(
                                Gaussian.array(manager, new Shape(BATCH, WIDTH), step), plan.centresInput() ? 3 : 0);
                        TrainingState.StepReport report = state.step(x);
                        results.add(new double[] {report.loss(), report.squaredError(), report.l0(), report.dead()});
                    }
                }
                for (NDArray array : state.parameters().arrays()) {
                    float[] numbers = array.toFloatArray();
                    double[] wide = new double[numbers.length];
                    for (int i = 0; i < wide.length; i++) {
                        wide[i] = numbers[i];
                    }
                    results.add(wide);
                }
            }
        }
        return results;
    }

    @ParameterizedTest
    @MethodSource("methods")
    void trainsAsWithTheFloat32Product(TrainingMethod method) {
        List<double[]> expected = train(method, ProductPrecision.FLOAT32);
        List<double[]> bf16 = train(method, ProductPrecision.BF16);
        assertTrue(expected.get(0)[2] > 0 && expected.get(0)[2] < LATENTS / 8.0, "L0 is " + expected.get(0)[2]);
        for (int i = 0; i < expected.size(); i++) {
            // Adam's first steps are signs of gradients: where a gradient is 0 but for rounding, they differ by two
            // learning rates.
            double tolerance = i < 4 ? 1e-4 * (1 + Math.abs(expected.get(i)[0])) : 1e-3;
            assertArrayEquals(expected.get(i), bf16.get(i), tolerance, "result " + i);
        }
        List<double[]> int8 = train(method, ProductPrecision.INT8);
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(bf16.get(i), int8.get(i), 0, "result " + i + " of int8"); // bit for bit
        }
    }

    @Test
    void smallDictionariesAreTrainedInFloat32() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu())) {
            TrainingPlan plan = plan(new TopKTraining(TopK.of(4)));
            assertEquals(
                    ProductPrecision.FLOAT32,
                    EncoderProductMeasurement.choose(EncoderProduct.AUTO, manager, plan, WIDTH));
            assertEquals(
                    ProductPrecision.BF16, EncoderProductMeasurement.choose(EncoderProduct.BF16, manager, plan, WIDTH));
        }
    }
}
