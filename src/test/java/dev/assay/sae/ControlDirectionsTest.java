package dev.assay.sae;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.tensor.TorchEngine;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlDirectionsTest {
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 42, -7})
    void controlOfASeedIsIndependentOfItsInitialization(long seed) {
        try (NDManager manager = TorchEngine.newManager(Device.cpu())) {
            NDArray start = Weights.randomDirections(manager, 100, 64, seed);
            NDArray control = Weights.controlDirections(manager, 100, 64, seed);
            float[] cosines =
                    control.matMul(start.transpose()).abs().max(new int[] {1}).toFloatArray();
            for (float cosine : cosines) {
                // 10,000 pairs of independent directions in 64 dimensions: |cos| > 0.75 has a probability below 1e-10
                // each.
                assertTrue(cosine < 0.75, () -> "cosine " + cosine);
            }
            assertArrayEquals(
                    control.toFloatArray(),
                    Weights.controlDirections(manager, 100, 64, seed).toFloatArray());
            assertEquals(1, control.get(3).norm().getFloat(), 1e-6);
        }
    }
}
