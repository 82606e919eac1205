package dev.assay.train.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import dev.assay.activation.ActivationSource;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.train.SaeTrainer;
import dev.assay.train.SmallRun;
import dev.assay.train.method.MatryoshkaTraining;
import dev.assay.train.method.PAnnealingTraining;
import dev.assay.train.method.TrainingMethods;
import dev.assay.train.spi.TrainingMethod;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checkpoints contain the state of losses: an interrupted run ends bit-identical to an uninterrupted run. */
@Tag("slow")
class MethodResumeTest {
    private static final int LATENTS = 24;
    private static final Duration RARELY = Duration.ofHours(1);

    static Stream<TrainingMethod> methods() {
        return Stream.of(
                MatryoshkaTraining.of(3, List.of(8, LATENTS)),
                TrainingMethods.create("tied", 0.1, LATENTS),
                new PAnnealingTraining(0.1, 1, 0.3, false, 0.1, 1, 8, 3),
                TrainingMethods.create("gated", 0.1, LATENTS),
                TrainingMethods.create("jumprelu", 0.1, LATENTS));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void resumesAnInterruptedRunToBitIdenticalResults(TrainingMethod method, @TempDir Path folder) throws IOException {
        List<float[]> whole = finish(method, SmallRun.source(), folder.resolve("whole"), RARELY);
        int[] left = {9};
        ActivationSource failing = SmallRun.source().listener(pass -> {
            if (--left[0] == 0) {
                throw new IOException("killed");
            }
        });
        Path run = folder.resolve("interrupted");
        assertThrows(IOException.class, () -> finish(method, failing, run, Duration.ZERO));
        List<float[]> resumed = finish(method, SmallRun.source(), run, RARELY);
        assertEquals(whole.size(), resumed.size());
        for (int i = 0; i < whole.size(); i++) {
            assertArrayEquals(whole.get(i), resumed.get(i));
        }
        assertEquals(SmallRun.metrics(folder.resolve("whole")), SmallRun.metrics(run));
    }

    private static List<float[]> finish(
            TrainingMethod method, ActivationSource source, Path folder, Duration checkpointEvery) throws IOException {
        SaeTrainer trainer = SmallRun.trainer(method, source, folder).checkpointEvery(checkpointEvery);
        try (SparseAutoencoder sae = trainer.train()) {
            List<float[]> numbers = new ArrayList<>(SmallRun.numbers(sae));
            new TreeMap<>(sae.weights().extra())
                    .values().stream().map(NDArray::toFloatArray).forEach(numbers::add);
            return numbers;
        }
    }
}
