package dev.assay.sae;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowTopKTest {
    @ParameterizedTest
    @CsvSource({"1,8,1", "7,64,8", "33,515,16", "20,4099,64", "5,1031,128", "16,8192,32"})
    void selectsTheSameEntriesAsADirectSelection(int rows, int width, int k) {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            NDArray x = manager.create(numbers(rows * width), new Shape(rows, width));
            Aten.Selection selection = RowTopK.selectGrouped(x, k);
            assertEquals(new Shape(rows, k), selection.values().getShape());
            // Equal values, each at its reported position, with distinct positions.
            assertArrayEquals(
                    Aten.topKSorted(x, k).values().toFloatArray(),
                    Aten.topKSorted(selection.values(), k).values().toFloatArray());
            assertArrayEquals(
                    selection.values().toFloatArray(),
                    Aten.gather(x, 1, selection.indices()).toFloatArray());
            NDArray sorted = selection.indices().sort(1);
            if (k > 1) {
                NDArray steps = sorted.get(":, 1:").sub(sorted.get(":, :-1"));
                assertEquals(1, steps.gt(0).all().getBoolean() ? 1 : 0);
            }
        }
    }

    @Test
    void selectsDistinctPositionsAmongEqualEntries() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            long[] positions = RowTopK.selectGrouped(manager.zeros(new Shape(1, 64)), 8)
                    .indices()
                    .sort(1)
                    .toLongArray();
            assertEquals(8, java.util.Arrays.stream(positions).distinct().count());
        }
    }

    private static float[] numbers(int count) {
        SplittableRandom random = new SplittableRandom(7);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            // Coarse values, so that many are equal.
            numbers[i] = random.nextInt(-500, 500) / 100f;
        }
        return numbers;
    }
}
