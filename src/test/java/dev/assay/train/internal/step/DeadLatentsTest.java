package dev.assay.train.internal.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.plan.DeadLatentRule;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeadLatentsTest {
    private static final int LATENTS = 30;
    private static final int BATCH = 8;
    private static final int LIMIT = 40;

    @ParameterizedTest
    @EnumSource
    void countsLikeAPlainCount(DeadLatentRule.Timing timing) {
        SplittableRandom random = new SplittableRandom(5);
        int[] lastFired = new int[LATENTS]; // the tokens seen after the batch in which a latent last fired
        double[] fireCounts = new double[LATENTS];
        int windowStart = 0;
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope outer = Scope.open();
                DeadLatents latents = new DeadLatents(manager, LATENTS, new DeadLatentRule(LIMIT, timing))) {
            for (int batch = 1; batch <= 60; batch++) {
                int seen = batch * BATCH;
                float[] activations = new float[LATENTS];
                for (int latent = 0; latent < LATENTS; latent++) {
                    if (random.nextInt(LATENTS) > latent) { // the higher, the more often silent; the last one always
                        activations[latent] = 1 + random.nextInt(BATCH);
                    }
                }
                // SAELens decides before it looks at a batch, and by "more than".
                int[] before = dead(lastFired, seen - BATCH, LIMIT + 1);
                for (int latent = 0; latent < LATENTS; latent++) {
                    lastFired[latent] = activations[latent] > 0 ? seen : lastFired[latent];
                    fireCounts[latent] += activations[latent];
                }
                int[] after = dead(lastFired, seen, LIMIT);
                int[] expected = timing == DeadLatentRule.Timing.BEFORE_BATCH ? before : after;
                try (Scope scope = Scope.open()) {
                    int[] candidates = ints(latents.candidates(BATCH));
                    assertTrue(
                            IntStream.of(expected).allMatch(latent -> Arrays.binarySearch(candidates, latent) >= 0),
                            "every dead latent is a candidate");
                    if (timing == DeadLatentRule.Timing.BEFORE_BATCH) {
                        assertArrayEquals(expected, candidates);
                    }
                    assertArrayEquals(expected, ints(latents.observe(manager.create(activations), BATCH)));
                    assertEquals(after.length, latents.deadCount());
                    double tokens = seen - windowStart;
                    assertArrayEquals(
                            IntStream.range(0, LATENTS)
                                    .mapToDouble(i -> fireCounts[i] / tokens)
                                    .toArray(),
                            latents.density().toDoubleArray(),
                            1e-15);
                    assertEquals(tokens, latents.windowTokens());
                }
                if (batch == 37) {
                    latents.clearWindow();
                    windowStart = seen;
                    Arrays.fill(fireCounts, 0);
                }
            }
        }
    }

    private static int[] dead(int[] lastFired, int seen, int silence) {
        return IntStream.range(0, LATENTS)
                .filter(latent -> seen - lastFired[latent] >= silence)
                .toArray();
    }

    private static int[] ints(NDArray positions) {
        return positions.toType(DataType.INT32, false).toIntArray();
    }
}
