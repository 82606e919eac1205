package dev.assay.train.internal.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.method.StandardTraining;
import dev.assay.train.plan.DeadLatentOptions;
import dev.assay.train.plan.DictionaryInitialization;
import dev.assay.train.plan.Plans;
import dev.assay.train.plan.Resampling;
import dev.assay.train.plan.SparsitySchedule;
import dev.assay.train.plan.Target;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.Parameter;
import dev.assay.train.spi.ReconstructionLoss;
import dev.assay.train.spi.TrainingMethod;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class InitialDictionaryTest {
    private static final int WIDTH = 6;
    private static final DeadLatentOptions REVIVAL = Plans.revival(Resampling.none(), 0);

    private final NDManager manager = TorchEngine.newManager(Device.cpu());
    private final Autograd off = Autograd.off();
    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
        off.close();
        manager.close();
    }

    private DictionaryParameters initial(TrainingMethod method, DictionaryInitialization start) {
        TrainingPlan plan = Plans.of(method, method.optimizer(Plans.LATENTS), REVIVAL, start);
        return InitialDictionary.of(manager, plan, WIDTH, WIDTH);
    }

    private static float[] numbers(NDArray array) {
        return array.toFloatArray();
    }

    @Test
    void theUsualStartIsTransposedUnitRows() {
        DictionaryParameters p = initial(StandardTraining.l1(1), DictionaryInitialization.standard());
        assertArrayEquals(numbers(p.decoder()), numbers(p.encoder()));
        for (float norm : numbers(Aten.rowNorms(p.decoder()))) {
            assertEquals(1, norm, 1e-6);
        }
        assertArrayEquals(new float[Plans.LATENTS], numbers(p.encoderBias()));
        assertArrayEquals(new float[WIDTH], numbers(p.decoderBias()));
        assertArrayEquals(
                numbers(InitialDictionary.random(manager, WIDTH, Plans.LATENTS, 7)
                        .decoder()),
                numbers(p.decoder()));
    }

    @Test
    void normAndScaleAreTakenAsGiven() {
        DictionaryInitialization start = DictionaryInitialization.standard()
                .decoderNorm(0.1)
                .encoder(DictionaryInitialization.Encoder.TRANSPOSED, 3);
        DictionaryParameters p = initial(StandardTraining.normWeighted(1), start);
        for (float norm : numbers(Aten.rowNorms(p.decoder()))) {
            assertEquals(0.1, norm, 1e-7);
        }
        assertArrayEquals(numbers(p.decoder().mul(3f)), numbers(p.encoder()), 1e-7f);
    }

    @Test
    void anIndependentEncoderIsUniform() {
        DictionaryInitialization start =
                DictionaryInitialization.standard().encoder(DictionaryInitialization.Encoder.INDEPENDENT, 1);
        double bound = 1 / Math.sqrt(WIDTH);
        double squares = 0;
        float[] entries = numbers(initial(StandardTraining.l1(1), start).encoder());
        for (float entry : entries) {
            assertTrue(Math.abs(entry) <= bound);
            squares += entry * entry;
        }
        assertEquals(bound * bound / 3, squares / entries.length, 0.1 * bound * bound);
    }

    @Test
    void aTiedDictionaryHasOneMatrix() {
        DictionaryParameters p = initial(StandardTraining.tied(1), DictionaryInitialization.standard());
        assertEquals(Set.of(Parameter.ENCODER, Parameter.ENCODER_BIAS), p.names());
        for (float norm : numbers(Aten.rowNorms(p.encoder()))) {
            assertEquals(1, norm, 1e-6);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {WIDTH, WIDTH + 3})
    void aTranscoderHasTwoWidths(int dOut) {
        TrainingMethod method = StandardTraining.l1(1);
        TrainingPlan plan = new TrainingPlan(
                method,
                Plans.LATENTS,
                Plans.BATCH,
                Plans.BATCH,
                7,
                method.optimizer(Plans.LATENTS),
                SparsitySchedule.none(),
                REVIVAL,
                DictionaryInitialization.standard().encoder(DictionaryInitialization.Encoder.TRANSPOSED, 2),
                false,
                false,
                Target.OTHER_SITE_WITH_SKIP);
        DictionaryParameters p = InitialDictionary.of(manager, plan, WIDTH, dOut);
        assertEquals(new Shape(Plans.LATENTS, WIDTH), p.encoder().getShape());
        assertEquals(new Shape(Plans.LATENTS, dOut), p.decoder().getShape());
        assertArrayEquals(new float[dOut * WIDTH], numbers(p.get(Parameter.SKIP)));
        for (float norm : numbers(Aten.rowNorms(p.encoder()))) {
            assertEquals(2, norm, 1e-6);
        }
    }

    static Stream<TrainingMethod> methods() {
        return Plans.methods();
    }

    @ParameterizedTest
    @MethodSource("methods")
    void everyMethodGetsWhatItTrains(TrainingMethod method) {
        DictionaryParameters p = initial(method, DictionaryInitialization.standard());
        method.extras().forEach((parameter, value) -> {
            for (float entry : numbers(p.get(parameter))) {
                assertEquals(value, entry, 1e-6);
            }
        });
        assertEquals(!method.tied(), p.has(Parameter.DECODER_BIAS));
        assertFalse(p.has(Parameter.SKIP));
    }

    @ParameterizedTest
    @EnumSource(DictionaryInitialization.DecoderBias.class)
    void theDecoderBiasFitsTheFirstBatch(DictionaryInitialization.DecoderBias start) {
        NDArray x = Plans.random(manager, 1, Plans.BATCH, WIDTH);
        NDArray bias = manager.zeros(new Shape(WIDTH));
        BiasInitializer.initializeDecoderBias(start, x, bias);
        NDArray expected = switch (start) {
            case ZERO -> bias.zerosLike();
            case MEAN -> x.mean(new int[] {0});
            case GEOMETRIC_MEDIAN -> GeometricMedian.of(x);
        };
        assertArrayEquals(numbers(expected), numbers(bias));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void encoderBiasesMakeAShareActive(TrainingMethod method) {
        DictionaryInitialization start = DictionaryInitialization.standard()
                .decoderBias(DictionaryInitialization.DecoderBias.MEAN)
                .activeShare(0.25);
        TrainingPlan plan = Plans.of(method, method.optimizer(Plans.LATENTS).learningRate(1e-9), REVIVAL, start);
        NDArray x = Plans.random(manager, 1, Plans.BATCH, WIDTH);
        try (TrainingState state =
                new TrainingState(manager, plan, InitialDictionary.of(manager, plan, WIDTH, WIDTH))) {
            NDArray bound = state.objective()
                    .at(state.parameters(), plan.sparsity().at(0, 10))
                    .selector()
                    .bound()
                    .orElse(null);
            state.step(x);
            DictionaryParameters p = state.parameters();
            NDArray s = method.tied() ? x : x.sub(x.mean(new int[] {0}));
            NDArray pre = s.matMul(p.encoder().transpose()).add(p.encoderBias());
            NDArray above = bound == null ? pre.gt(0) : pre.gt(bound);
            for (float count : numbers(ReconstructionLoss.indicator(above).sum(new int[] {0}))) {
                assertEquals(Plans.BATCH / 4, count);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, 0, 'the first decoder norm is 0.0, expected a positive number'",
        "1, NaN, 0, 'the first encoder scale is NaN, expected a positive number'",
        "1, 1, 1, 'the first share of active latents is 1.0, expected 0 ≤ share < 1'"
    })
    void outOfRangeIsNamed(double norm, double scale, double share, String message) {
        assertEquals(
                message,
                assertThrows(
                                InvalidInputException.class,
                                () -> new DictionaryInitialization(
                                        DictionaryInitialization.DecoderBias.ZERO,
                                        norm,
                                        DictionaryInitialization.Encoder.TRANSPOSED,
                                        scale,
                                        share))
                        .getMessage());
    }
}
