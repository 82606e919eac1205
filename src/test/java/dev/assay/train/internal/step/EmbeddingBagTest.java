package dev.assay.train.internal.step;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Gaussian;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sums over bags against float64, through several pieces, with empty bags and without any entry. */
class EmbeddingBagTest {
    private static final int ROWS = 50;
    /** So wide that a piece has 16 bags. */
    private static final int WIDTH = 1 << 14;

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 17, 40})
    void sumsAreThoseOfTheEntries(int bags) {
        SplittableRandom random = new SplittableRandom(bags);
        long[] offsets = new long[bags];
        int entries = 0;
        for (int bag = 0; bag < bags; bag++) {
            offsets[bag] = entries;
            boolean empty = bag == 0 || bag == 16 || random.nextInt(4) == 0;
            entries += empty ? 0 : random.nextInt(1, 6);
        }
        long[] indices = random.longs(entries, 0, ROWS).toArray();
        float[] weights = new float[entries];
        for (int i = 0; i < entries; i++) {
            weights[i] = (float) random.nextDouble(-1, 1);
        }
        check(offsets, indices, weights);
    }

    @Test
    void bagsWithoutEntriesAreZero() {
        check(new long[20], new long[0], new float[0]);
    }

    private static void check(long[] offsets, long[] indices, float[] weights) {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            NDArray table = Gaussian.array(manager, new Shape(ROWS, WIDTH), 1);
            NDArray before = Gaussian.array(manager, new Shape(offsets.length, WIDTH), 2);
            EmbeddingBag bags = new EmbeddingBag(manager.create(indices), manager.create(offsets));
            NDArray written = before.duplicate();
            bags.write(written, table, manager.create(weights));
            NDArray added = before.duplicate();
            bags.add(added, table, manager.create(weights));
            float[] rows = table.toFloatArray();
            float[] old = before.toFloatArray();
            float[] found = written.toFloatArray();
            float[] sums = added.toFloatArray();
            for (int bag = 0; bag < offsets.length; bag++) {
                int last = bag + 1 < offsets.length ? (int) offsets[bag + 1] : indices.length;
                for (int column = 0; column < WIDTH; column++) {
                    double expected = 0;
                    for (int i = (int) offsets[bag]; i < last; i++) {
                        expected += (double) weights[i] * rows[(int) indices[i] * WIDTH + column];
                    }
                    int at = bag * WIDTH + column;
                    assertEquals(expected, found[at], 1e-5);
                    assertEquals(expected + old[at], sums[at], 1e-5);
                }
            }
        }
    }
}
