package dev.assay.train.sharded;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.activation.CountingSource;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.train.SaeTrainer;
import dev.assay.train.collective.Exchange;
import dev.assay.train.collective.Traffic;
import dev.assay.train.method.BatchTopKTraining;
import dev.assay.train.method.StandardTraining;
import dev.assay.train.method.ThresholdRule;
import dev.assay.train.method.TopKTraining;
import dev.assay.train.plan.AuxiliaryLoss;
import dev.assay.train.plan.TrainingInterruptedException;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.TrainingMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShardedTrainerTest {
    private static final int WIDTH = 16;
    private static final int LATENTS = 256;
    private static final int BATCH = 32;
    private static final int STEPS = 50;
    private static final int SLICES = 8;
    private static final int K = 6;

    private static CountingSource source() {
        return new CountingSource(WIDTH, pass -> 40).indexScale(1e-4);
    }

    private static SaeTrainer trainer(TrainingMethod method, AuxiliaryLoss auxiliary, int steps) {
        return SaeTrainer.of(method)
                .source(source())
                .dictionarySize(LATENTS)
                .tokens((long) BATCH * steps)
                .batchSize(BATCH)
                .deadAfter(2 * BATCH)
                .auxiliaryLoss(auxiliary)
                .learningRate(0.01)
                .seed(5);
    }

    private static ShardedTrainer sharded(TrainingPlan plan) {
        return ShardedTrainer.of(plan, source()).slices(SLICES).bufferRows(4 * BATCH);
    }

    private static List<float[]> numbers(SparseAutoencoder sae) {
        return Stream.of(
                        sae.encoder(),
                        sae.encoderBias(),
                        sae.decoder(),
                        sae.decoderBias(),
                        sae.density().orElseThrow())
                .map(NDArray::toFloatArray)
                .toList();
    }

    private static void assertSameBits(List<float[]> expected, List<float[]> actual) {
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i));
        }
    }

    static Stream<Arguments> methods() {
        AuxiliaryLoss strong = new AuxiliaryLoss(1, AuxiliaryLoss.Convention.NORMALIZED);
        AuxiliaryLoss scaled = new AuxiliaryLoss(1, AuxiliaryLoss.Convention.SCALED);
        return Stream.of(
                Arguments.of(new TopKTraining(TopK.of(K)), strong),
                Arguments.of(new BatchTopKTraining(3.5, true, ThresholdRule.standard()), scaled));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void trainsTheSameBitsWithAnyNumberOfWorkers(TrainingMethod method, AuxiliaryLoss auxiliary) throws IOException {
        TrainingPlan plan = trainer(method, auxiliary, STEPS).plan();
        List<float[]> one = null;
        List<Double> losses = null;
        for (int workers : new int[] {1, 2, 4, 8}) {
            List<ShardedStep> steps = new ArrayList<>();
            try (SparseAutoencoder sae =
                    sharded(plan).workers(workers).listener(steps::add).train()) {
                if (one == null) {
                    one = numbers(sae);
                    losses = steps.stream().map(ShardedStep::loss).toList();
                    assertTrue(steps.stream().anyMatch(step -> step.dead() > WIDTH / 2), "no step has dead latents");
                }
                assertEquals(STEPS, steps.size());
                assertEquals(losses, steps.stream().map(ShardedStep::loss).toList());
                assertSameBits(one, numbers(sae));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("methods")
    void trainsLikeOneMachineWithinRounding(TrainingMethod method, AuxiliaryLoss auxiliary) throws IOException {
        SaeTrainer trainer = trainer(method, auxiliary, 3).bufferRows(4 * BATCH).progress(false);
        try (SparseAutoencoder whole = trainer.train();
                SparseAutoencoder sliced = sharded(trainer.plan()).workers(4).train()) {
            assertEquals(whole.architecture(), sliced.architecture());
            List<float[]> expected = numbers(whole);
            List<float[]> actual = numbers(sliced);
            for (int i = 0; i < expected.size(); i++) {
                assertArrayEquals(expected.get(i), actual.get(i), 2e-4f);
            }
        }
    }

    @Test
    void resumesToTheSameBitsWithAnotherNumberOfWorkers(@TempDir Path folder) throws IOException {
        TrainingPlan plan =
                trainer(TopKTraining.of(K), AuxiliaryLoss.standard(), 24).plan();
        List<float[]> expected;
        try (SparseAutoencoder sae = sharded(plan).train()) {
            expected = numbers(sae);
        }
        long[] taken = new long[1];
        ShardedTrainer first = sharded(plan)
                .workers(4)
                .checkpoints(folder, 5)
                .listener(step -> taken[0] = step.step())
                .stopWhen(() -> taken[0] == 12);
        TrainingInterruptedException interrupted = assertThrows(TrainingInterruptedException.class, first::train);
        assertEquals(12, interrupted.step());
        Files.createDirectories(folder.resolve("step-0000000015")); // of a process that was killed
        List<Long> resumed = new ArrayList<>();
        ShardedTrainer second =
                sharded(plan).workers(3).checkpoints(folder, 5).listener(step -> resumed.add(step.step()));
        try (SparseAutoencoder sae = second.train()) {
            assertEquals(13, resumed.get(0));
            assertSameBits(expected, numbers(sae));
        }
        try (Stream<Path> steps = Files.list(folder)) {
            assertEquals(
                    List.of("step-0000000024"),
                    steps.map(step -> step.getFileName().toString()).toList());
        }
        InvalidInputException other = assertThrows(
                InvalidInputException.class,
                () -> sharded(plan).slices(4).checkpoints(folder, 5).train());
        assertTrue(other.getMessage().contains("8 slices in this run, 4 were asked for"), other.getMessage());
    }

    @Test
    void savesADictionaryLikeAnyOther(@TempDir Path folder) throws IOException {
        TrainingPlan plan =
                trainer(TopKTraining.of(K), AuxiliaryLoss.standard(), 3).plan();
        try (SparseAutoencoder sae = sharded(plan).workers(8).train()) {
            sae.save(folder.resolve("sae"));
            try (SparseAutoencoder loaded = SparseAutoencoder.load(folder.resolve("sae"))) {
                assertEquals(sae.architecture(), loaded.architecture());
                assertArrayEquals(sae.encoder().toFloatArray(), loaded.encoder().toFloatArray());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void sendsTheBytesOfTheFormula(int workers) throws IOException {
        for (TrainingMethod method : List.of(TopKTraining.of(K), BatchTopKTraining.of(K))) {
            boolean overBatch = method instanceof BatchTopKTraining;
            StepTraffic.Sizes sizes = new StepTraffic.Sizes(BATCH, WIDTH, WIDTH, K, overBatch, true);
            AuxiliaryLoss strong = new AuxiliaryLoss(1, AuxiliaryLoss.Convention.NORMALIZED);
            List<Traffic> without = new ArrayList<>();
            List<Traffic> selected = new ArrayList<>();
            List<Traffic> positive = new ArrayList<>();
            sharded(trainer(method, strong, 8).plan())
                    .workers(workers)
                    .listener(step -> {
                        Traffic traffic = step.traffic();
                        boolean selects = traffic.exchanges().containsKey(Exchange.AUXILIARY_SELECTION);
                        (step.dead() == 0 ? without : selects ? selected : positive).add(traffic);
                    })
                    .train()
                    .close();
            assertBytes(StepTraffic.of(sizes, SLICES, workers, StepTraffic.Auxiliary.NONE), without);
            assertBytes(StepTraffic.of(sizes, SLICES, workers, StepTraffic.Auxiliary.SELECTED), selected);
            if (!positive.isEmpty()) {
                assertBytes(StepTraffic.of(sizes, SLICES, workers, StepTraffic.Auxiliary.ALL_POSITIVE), positive);
            }
        }
    }

    private static void assertBytes(StepTraffic expected, List<Traffic> steps) {
        assertTrue(!steps.isEmpty(), "no step of this kind");
        for (Traffic traffic : steps) {
            assertEquals(expected.bytes(), traffic.largestSent(), 1e-6);
            assertEquals(expected.rounds(), traffic.rounds());
        }
    }

    @Test
    void sendsNoMoreWithTwiceTheLatents() {
        StepTraffic.Sizes sizes = new StepTraffic.Sizes(4096, 512, 512, 32, false, true);
        double few = StepTraffic.of(sizes, 64, 4, StepTraffic.Auxiliary.NONE).bytes();
        double many = StepTraffic.of(sizes, 64, 64, StepTraffic.Auxiliary.NONE).bytes();
        assertTrue(many < few * 4 / 3 * 1.01);
    }

    @Test
    void explainsActivationsThatAreNotNumbers() {
        TrainingPlan plan = trainer(TopKTraining.of(K), AuxiliaryLoss.standard(), 8)
                .normalizesActivations(false)
                .plan();
        ShardedTrainer trainer =
                ShardedTrainer.of(plan, source().notANumberAt(70)).workers(4).bufferRows(4 * BATCH);
        InvalidInputException refused = assertThrows(InvalidInputException.class, trainer::train);
        assertTrue(refused.getMessage().contains("not finite"), refused.getMessage());
    }

    @Test
    void refusesMethodsWhoseLossIsASumOverLatents() {
        TrainingPlan plan =
                trainer(StandardTraining.l1(0.1), AuxiliaryLoss.none(), 8).plan();
        InvalidInputException refused =
                assertThrows(InvalidInputException.class, () -> ShardedTrainer.of(plan, source()));
        assertEquals(
                "the method standard-unit-norm cannot be trained in slices, expected topk without a threshold or batchtopk",
                refused.getMessage());
    }

    @Test
    void refusesMoreWorkersThanSlices() {
        TrainingPlan plan =
                trainer(TopKTraining.of(K), AuxiliaryLoss.standard(), 8).plan();
        InvalidInputException refused = assertThrows(
                InvalidInputException.class, () -> sharded(plan).workers(9).train());
        assertEquals("the number of workers is 9, expected 1 to the 8 slices", refused.getMessage());
    }
}
