package dev.assay.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.io.AtomicFiles;
import dev.assay.tensor.HalfMatrix;
import dev.assay.tensor.HalfType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrainFloatTest {
    @TempDir
    private Path folder;

    /** Compares random bit patterns with PyTorch's rounding. */
    @Test
    void roundsFloatsLikePyTorch() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        float[] values = new float[1 << 16];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(random.nextInt());
        }
        float[] special = {0, -0f, 1 + 0x1p-8f, 1 + 3 * 0x1p-8f, Float.MAX_VALUE, Float.MIN_VALUE, Float.NaN};
        System.arraycopy(special, 0, values, 0, special.length);
        values[special.length] = Float.NEGATIVE_INFINITY;
        values[special.length + 1] = Float.intBitsToFloat(0x7f800001);
        values[special.length + 2] = Float.intBitsToFloat(0x7fffffff);
        Path file = folder.resolve("bf16.safetensors");
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            NDArray matrix = manager.create(values, new Shape(256, 256));
            NDArray ids = manager.create(new long[] {7, 8});
            AtomicFiles.write(file, Safetensors.brainFloatWriter(Map.of("m", matrix, "i", ids), Map.of())::writeTo);
            try (Safetensors read = Safetensors.open(file)) {
                assertEquals(StoredType.BF16, read.info("m").type());
                assertEquals(DataType.INT64, read.load(manager, "i").getDataType());
                float[] expected =
                        HalfMatrix.of(matrix, HalfType.BFLOAT16).toFloat32().toFloatArray();
                assertArrayEquals(expected, read.load(manager, "m").toFloatArray());
            }
        }
    }
}
