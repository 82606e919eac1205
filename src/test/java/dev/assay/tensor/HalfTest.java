package dev.assay.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HalfTest {
    private NDManager manager;
    private Scope scope;

    @BeforeEach
    void open() {
        manager = TorchEngine.newManager(Device.cpu());
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
        manager.close();
    }

    private NDArray random(long seed, long... shape) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[(int) new Shape(shape).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return manager.create(values, new Shape(shape));
    }

    /** Returns the relative distance to the nearest number of the type. */
    private static double rounding(HalfType type) {
        return type == HalfType.FLOAT16 ? 0x1p-11 : 0x1p-8;
    }

    private static double largest(NDArray x) {
        return x.abs().max().getFloat();
    }

    @ParameterizedTest
    @EnumSource
    void roundsEntriesToNearest(HalfType type) {
        float tie = type == HalfType.FLOAT16 ? 1 + 0x1p-11f : 1 + 0x1p-8f;
        float above = type == HalfType.FLOAT16 ? 1 + 3 * 0x1p-11f : 1 + 3 * 0x1p-8f;
        NDArray matrix = manager.create(new float[] {1, tie, above, -0.5f}, new Shape(2, 2));
        NDArray widened = HalfMatrix.of(matrix, type).toFloat32();
        assertEquals(DataType.FLOAT32, widened.getDataType());
        float step = type == HalfType.FLOAT16 ? 0x1p-10f : 0x1p-7f;
        // Ties go to the even neighbour.
        assertArrayEquals(new float[] {1, 1, 1 + 2 * step, -0.5f}, widened.toFloatArray());
    }

    @ParameterizedTest
    @EnumSource
    void productsHaveFloat32InputsAndOutputs(HalfType type) {
        NDArray x = random(1, 3, 5, 64);
        NDArray weight = random(2, 7, 64);
        NDArray bias = random(3, 7);
        NDArray expected = Aten.linear(x, weight, bias);
        NDArray found = HalfMatrix.of(weight, type).linear(x, bias);
        assertEquals(DataType.FLOAT32, found.getDataType());
        double error = largest(found.sub(expected));
        assertTrue(error > 0 && error < 32 * rounding(type), () -> "error " + error);
        NDArray plain = HalfMatrix.of(weight, type).linear(x, null);
        assertTrue(largest(plain.add(bias).sub(expected)) < 32 * rounding(type));
    }

    @ParameterizedTest
    @EnumSource
    void selectsRows(HalfType type) {
        NDArray table = random(1, 9, 4);
        HalfMatrix half = HalfMatrix.of(table, type);
        NDArray ids = manager.create(new long[] {8, 0, 3}, new Shape(1, 3));
        assertEquals(Aten.embedding(half.toFloat32(), ids), half.embedding(ids));
    }

    @ParameterizedTest
    @EnumSource
    void attentionHasFloat32InputsAndOutputs(HalfType type) {
        NDArray q = random(1, 2, 3, 6, 16);
        NDArray k = random(2, 2, 3, 6, 16);
        NDArray v = random(3, 2, 3, 6, 16);
        NDArray scale = manager.create(0.25f);
        NDArray causal = type.causalAttention(q, k, v, scale);
        assertEquals(DataType.FLOAT32, causal.getDataType());
        assertTrue(largest(causal.sub(Aten.causalAttention(q, k, v, scale))) < 16 * rounding(type));
        NDArray mask = manager.zeros(new Shape(2, 1, 6, 6));
        mask.set(new NDIndex("0, :, 0, :"), -1e30f);
        mask.set(new NDIndex("1, :, :, 2"), -1e30f);
        NDArray masked = type.maskedAttention(q, k, v, scale, mask);
        assertFalse(masked.isNaN().any().getBoolean());
        // The query that sees nothing has a result of no meaning, but a number.
        NDArray expected = Aten.maskedAttention(q, k, v, scale, mask);
        NDIndex seeing = new NDIndex("1");
        assertTrue(largest(masked.get(seeing).sub(expected.get(seeing))) < 16 * rounding(type));
    }

    @ParameterizedTest
    @EnumSource
    void gradientsFlowThroughProductsAndAttention(HalfType type) {
        NDArray x = random(1, 1, 2, 4, 16);
        NDArray weight = random(2, 16, 16);
        HalfMatrix half = HalfMatrix.of(weight, type);
        NDArray[] gradients = new NDArray[2];
        for (int i = 0; i < 2; i++) {
            NDArray leaf = x.duplicate();
            leaf.setRequiresGradient(true);
            try (Autograd recording = Autograd.recording()) {
                NDArray y = i == 0 ? half.linear(leaf, null) : Aten.linear(leaf, weight, null);
                NDArray scale = manager.create(0.25f);
                NDArray z = i == 0 ? type.causalAttention(y, leaf, y, scale) : Aten.causalAttention(y, leaf, y, scale);
                recording.backward(z.square().sum());
            }
            gradients[i] = leaf.getGradient();
        }
        double error = largest(gradients[0].sub(gradients[1])) / largest(gradients[1]);
        assertTrue(error < 16 * rounding(type), () -> "error " + error);
    }

    @ParameterizedTest
    @EnumSource
    void isComputedOnCpu(HalfType type) {
        assertTrue(type.isComputedOn(Device.cpu()));
    }

    @ParameterizedTest
    @EnumSource
    void managerClosesEntries(HalfType type) {
        int before = manager.getManagedArrays().size();
        HalfMatrix half = HalfMatrix.of(manager.ones(new Shape(2, 2)), type);
        for (int i = 0; i < 20; i++) {
            try (Scope inner = Scope.open()) {
                half.linear(manager.ones(new Shape(1, 2)), null);
                half.toFloat32();
            }
        }
        // The entries, and the ones that they were made of.
        assertEquals(before + 2, manager.getManagedArrays().size());
    }
}
