package dev.assay.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import dev.assay.sae.TopK;
import dev.assay.train.method.BatchTopKTraining;
import dev.assay.train.method.GatedTraining;
import dev.assay.train.method.StandardTraining;
import dev.assay.train.method.TopKTraining;
import dev.assay.train.spi.BatchSlice;
import dev.assay.train.spi.CodeSpace;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.Objective;
import dev.assay.train.spi.ObjectiveContext;
import dev.assay.train.spi.Parameter;
import dev.assay.train.spi.ScheduleStep;
import dev.assay.train.spi.Selector;
import dev.assay.train.spi.StepAccumulator;
import dev.assay.train.spi.StepLoss;
import dev.assay.train.spi.TrainedParameters;
import dev.assay.train.spi.TrainingMethod;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients of training methods against differences of their losses. */
@Tag("slow")
class GradientCheckTest {
    static Stream<TrainingMethod> methods() {
        return Stream.of(
                StandardTraining.l1(0.3),
                StandardTraining.normWeighted(0.3),
                StandardTraining.tied(0.3),
                new GatedTraining(0.3, GatedTraining.Auxiliary.ATTACHED, true),
                new TopKTraining(TopK.of(16)));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void acceptsGradientsOfBuiltInMethods(TrainingMethod method) {
        GradientCheck.Result result = GradientCheck.run(method);
        assertTrue(result.maxError() < 1e-2, result.toText());
    }

    @Test
    void checksSelectionsOverTheBatchWithSparseCodes() {
        GradientCheck.Result result = GradientCheck.run(BatchTopKTraining.of(16), false);
        assertTrue(result.maxError() < 1e-2, result.toText());
    }

    @ParameterizedTest
    @MethodSource("methods")
    void reportsAWrongGradient(TrainingMethod method) {
        GradientCheck.Result result = GradientCheck.run(new WrongGradient(method));
        assertEquals(Parameter.ENCODER_BIAS, result.parameter());
        assertTrue(result.maxError() > 0.1, result.toText());
    }

    /** A method with one wrong gradient: that of the encoder bias is off by one. */
    private record WrongGradient(TrainingMethod method) implements TrainingMethod {
        @Override
        public String id() {
            return "wrong";
        }

        @Override
        public boolean tied() {
            return method.tied();
        }

        @Override
        public java.util.Map<Parameter, Double> extras() {
            return method.extras();
        }

        @Override
        public Objective objective(ObjectiveContext context) {
            Objective right = method.objective(context);
            return new Objective() {
                @Override
                public StepLoss at(DictionaryParameters parameters, ScheduleStep step) {
                    return new WrongStep(right.at(parameters, step));
                }

                @Override
                public TrainedParameters trained(DictionaryParameters parameters, double scale) {
                    return right.trained(parameters, scale);
                }

                @Override
                public void close() {
                    right.close();
                }
            };
        }
    }

    private record WrongStep(StepLoss right) implements StepLoss {
        @Override
        public Selector selector() {
            return right.selector();
        }

        @Override
        public void add(BatchSlice rows, CodeSpace space, NDArray pre, StepAccumulator sums) {
            right.add(rows, space, pre, sums);
        }

        @Override
        public void finish(BatchSlice batch, NDArray dead, StepAccumulator sums) {
            right.finish(batch, dead, sums);
            NDArray bias = sums.gradients().get(Parameter.ENCODER_BIAS);
            sums.gradients().add(Parameter.ENCODER_BIAS, bias.onesLike());
        }
    }
}
