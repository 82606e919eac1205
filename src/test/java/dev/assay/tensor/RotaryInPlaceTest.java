package dev.assay.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RotaryInPlaceTest {
    private static float[] normal(SplittableRandom random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 6, 8})
    void changesThePartOfALargerArrayToTheSameBitsAsTheNewArray(int rotary) {
        SplittableRandom random = new SplittableRandom(rotary);
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            NDArray all = manager.create(normal(random, 2 * 5 * 24), new Shape(2, 5, 24));
            NDArray cos = manager.create(normal(random, 5 * rotary), new Shape(5, 1, rotary));
            NDArray sin = manager.create(normal(random, 5 * rotary), new Shape(5, 1, rotary));
            NDArray heads = all.split(new long[] {16}, 2).get(0).reshape(2, 5, 2, 8);
            float[] expected = Aten.rotateHalves(heads, cos, sin).toFloatArray();
            float[] rest = all.split(new long[] {16}, 2).get(1).toFloatArray();
            Aten.rotateHalves_(heads, cos, sin);
            NDArray after = all.split(new long[] {16}, 2).get(0).reshape(2, 5, 2, 8);
            assertArrayEquals(expected, after.toFloatArray());
            assertArrayEquals(rest, all.split(new long[] {16}, 2).get(1).toFloatArray());
        }
    }
}
