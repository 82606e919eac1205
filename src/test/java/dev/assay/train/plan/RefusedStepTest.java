package dev.assay.train.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.assay.sae.TopK;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.SaeTrainer;
import dev.assay.train.SmallRun;
import dev.assay.train.internal.run.TrainingCheckpoints;
import dev.assay.train.internal.step.InitialDictionary;
import dev.assay.train.internal.step.TrainingState;
import dev.assay.train.method.BatchTopKTraining;
import dev.assay.train.method.MatryoshkaTraining;
import dev.assay.train.method.PAnnealingTraining;
import dev.assay.train.method.StandardTraining;
import dev.assay.train.method.TopKTraining;
import dev.assay.train.spi.TrainingMethod;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A step with a non-finite loss or gradient changes neither parameters nor optimizer state nor counters. */
class RefusedStepTest {
    private static final int BATCH = 16;
    private static final int WIDTH = 8;

    static Stream<TrainingMethod> methods() {
        return Stream.of(
                new TopKTraining(TopK.of(3)),
                BatchTopKTraining.of(3),
                MatryoshkaTraining.of(3, List.of(8, 24)),
                StandardTraining.l1(0.1),
                PAnnealingTraining.of(0.1));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void nonFiniteStepLeavesTheStateUnchanged(TrainingMethod method) {
        TrainingPlan plan = SaeTrainer.of(method)
                .source(SmallRun.source())
                .dictionarySize(24)
                .tokens(10_000)
                .batchSize(BATCH)
                .deadAfter(20)
                .plan();
        SplittableRandom random = new SplittableRandom(5);
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Autograd off = Autograd.off();
                TrainingState state =
                        new TrainingState(manager, plan, InitialDictionary.random(manager, WIDTH, 24, 1))) {
            for (int i = 0; i < 5; i++) {
                state.step(batch(manager, random, 1));
            }
            Map<String, byte[]> before = bytes(state);
            long window = state.dead().windowTokens();
            NDArray broken = batch(manager, random, 1);
            broken.set(new NDIndex("3, 2"), Float.NaN);
            for (NDArray refused : new NDArray[] {broken, batch(manager, random, 1e18)}) {
                String message = assertThrows(TrainingState.NotFiniteException.class, () -> state.step(refused))
                        .getMessage();
                assertEquals("step 6 has a loss or a gradient that is not a finite number", message);
                bytes(state).forEach((name, array) -> assertArrayEquals(before.get(name), array, name));
                assertEquals(window, state.dead().windowTokens());
                assertEquals(5, state.stepsTaken());
            }
            state.step(batch(manager, random, 1));
            assertFalse(Arrays.equals(before.get("encoder"), bytes(state).get("encoder")));
        }
    }

    private static Map<String, byte[]> bytes(TrainingState state) {
        Map<String, byte[]> bytes = new LinkedHashMap<>();
        TrainingCheckpoints.arrays(state).forEach((name, array) -> bytes.put(name, array.toByteArray()));
        return bytes;
    }

    private static NDArray batch(NDManager manager, SplittableRandom random, double size) {
        float[] numbers = new float[BATCH * WIDTH];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) (size * (random.nextDouble() - 0.5));
        }
        return manager.create(numbers, new Shape(BATCH, WIDTH));
    }
}
