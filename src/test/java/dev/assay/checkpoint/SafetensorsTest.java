package dev.assay.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class SafetensorsTest {
    @TempDir
    private Path folder;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = TorchEngine.newManager(Device.cpu());
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void readsScalarExactly() throws IOException {
        Path file = folder.resolve("numbers.safetensors");
        Map<String, NDArray> tensors = Map.of(
                "scalar",
                manager.create(0.1),
                "one",
                manager.create(new float[] {0.5f}),
                "two",
                manager.ones(new Shape(2)));
        Safetensors.write(file, tensors, Map.of());
        try (Safetensors written = Safetensors.open(file)) {
            assertEquals(0.1, written.scalar("scalar"));
            assertEquals(0.5, written.scalar("one"));
            assertEquals(
                    file + ": tensor two has shape (2), expected one entry",
                    assertThrows(InvalidInputException.class, () -> written.scalar("two"))
                            .getMessage());
        }
    }

    @Test
    void readsEveryWrittenType() throws IOException {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        tensors.put("f64", manager.create(new double[] {1.5, Double.MIN_VALUE, -0.0, Math.PI}, new Shape(2, 2)));
        tensors.put("f32", manager.create(new float[] {Float.NaN, Float.NEGATIVE_INFINITY, 3}, new Shape(3)));
        tensors.put("i64", manager.create(new long[] {Long.MIN_VALUE, 7}, new Shape(1, 2)));
        tensors.put("i32", manager.create(new int[] {Integer.MAX_VALUE}));
        tensors.put("i8", manager.create(new byte[] {-128, 127}));
        tensors.put("u8", manager.create(new int[] {0, 200}).toType(DataType.UINT8, false));
        tensors.put("bool", manager.create(new boolean[] {true, false, true}));
        tensors.put("scalar", manager.create(42f));
        tensors.put("empty", manager.create(new Shape(0, 3)));
        Path file = folder.resolve("all.safetensors");
        Safetensors.write(file, tensors, Map.of("format", "pt", "note", "ünï"));
        try (Safetensors read = Safetensors.open(file)) {
            assertEquals(Map.of("format", "pt", "note", "ünï"), read.metadata());
            assertEquals(tensors.keySet(), read.names());
            tensors.forEach((name, tensor) -> {
                NDArray loaded = read.load(manager, name);
                assertEquals(tensor.getDataType(), loaded.getDataType(), name);
                assertEquals(tensor.getShape(), loaded.getShape(), name);
                if (tensor.size() > 0) {
                    assertArrayEquals(
                            tensor.toByteBuffer(false).array(),
                            loaded.toByteBuffer(false).array(),
                            name);
                }
            });
        }
    }

    @Test
    void alignsTensorsToElementSize() throws IOException {
        Map<String, NDArray> tensors = Map.of(
                "a", manager.create(new byte[] {1, 2, 3}),
                "b", manager.create(new double[] {1}),
                "c", manager.create(new float[] {1}));
        Path file = folder.resolve("mixed.safetensors");
        Safetensors.write(file, tensors, Map.of());
        try (Safetensors read = Safetensors.open(file)) {
            assertEquals(List.of("b", "c", "a"), List.copyOf(read.names()));
            read.names().forEach(name -> {
                TensorInfo info = read.info(name);
                assertEquals(0, info.begin() % info.type().bytes(), name);
            });
        }
    }

    @Test
    void widensHalfPrecisionExactly() throws IOException {
        // Every bit pattern there is.
        ByteBuffer patterns = ByteBuffer.allocate(2 << 16).order(ByteOrder.LITTLE_ENDIAN);
        for (int bits = 0; bits < 1 << 16; bits++) {
            patterns.putShort((short) bits);
        }
        String tensors = """
                {"b":{"dtype":"BF16","shape":[256,256],"data_offsets":[0,131072]},\
                "h":{"dtype":"F16","shape":[65536],"data_offsets":[131072,262144]}}""";
        Path file = file("half.safetensors", tensors, patterns.array(), patterns.array());
        try (Safetensors read = Safetensors.open(file)) {
            float[] brain = read.load(manager, "b").toFloatArray();
            float[] half = read.load(manager, "h").toFloatArray();
            for (int bits = 0; bits < 1 << 16; bits++) {
                float expected = Float.intBitsToFloat(bits << 16);
                assertEquals(expected, brain[bits], () -> "bfloat16");
                assertEquals(halfToFloat(bits), half[bits], () -> "float16");
            }
        }
    }

    /** IEEE 754 binary16: sign, 5 bits of exponent with bias 15, 10 bits of fraction. */
    private static float halfToFloat(int bits) {
        double sign = (bits & 0x8000) == 0 ? 1 : -1;
        int exponent = bits >> 10 & 0x1f;
        int fraction = bits & 0x3ff;
        if (exponent == 0x1f) {
            return fraction == 0 ? (float) (sign / 0) : Float.NaN;
        }
        double size = exponent == 0 ? Math.scalb((double) fraction, -24) : Math.scalb(1024.0 + fraction, exponent - 25);
        return (float) (sign * size);
    }

    @Test
    void widensSmallIntegersAtAnyAlignment() throws IOException {
        ByteBuffer data = ByteBuffer.allocate(17).order(ByteOrder.LITTLE_ENDIAN);
        data.put((byte) 5)
                .putShort((short) -2)
                .putShort((short) 40_000)
                .putInt(-1)
                .putDouble(2.5);
        String tensors = """
                {"x":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]},\
                "s":{"dtype":"I16","shape":[1],"data_offsets":[1,3]},"t":{"dtype":"U16","shape":[1],"data_offsets":[3,5]},\
                "u":{"dtype":"U32","shape":[],"data_offsets":[5,9]},"d":{"dtype":"F64","shape":[1],"data_offsets":[9,17]}}""";
        try (Safetensors read = Safetensors.open(file("odd.safetensors", tensors, data.array()))) {
            assertTrue(read.load(manager, "x").getBoolean());
            assertEquals(-2, read.load(manager, "s").getInt());
            assertEquals(40_000, read.load(manager, "t").getInt());
            assertEquals(4_294_967_295L, read.load(manager, "u").getLong());
            assertEquals(2.5, read.load(manager, "d").getDouble());
        }
    }

    @Test
    void writesViewsInLogicalOrder() throws IOException {
        NDArray wide = manager.arange(7f * 11).reshape(7, 11);
        Path file = folder.resolve("view.safetensors");
        Safetensors.write(file, Map.of("t", wide.transpose(), "part", wide.get(":, 2:5")), Map.of());
        try (Safetensors read = Safetensors.open(file)) {
            assertEquals(wide.transpose(), read.load(manager, "t"));
            assertEquals(wide.get(":, 2:5"), read.load(manager, "part"));
        }
    }

    @Test
    void readsTensorsLargerThanChunk() throws IOException {
        // 48 MB: several pieces in the writer and in the reader, the last one not full.
        NDArray large = manager.arange(12_000_001f).reshape(1, 12_000_001);
        Path file = folder.resolve("large.safetensors");
        Safetensors.write(file, Map.of("large", large), Map.of());
        try (Safetensors read = Safetensors.open(file)) {
            assertEquals(large, read.load(manager, "large"));
        }
    }

    @Test
    void readsOffsetsBeyondTwoGigabytes() throws IOException {
        long hole = 5L << 30;
        String tensors = """
                {"hole":{"dtype":"U8","shape":[%1$d],"data_offsets":[0,%1$d]},\
                "end":{"dtype":"F32","shape":[2],"data_offsets":[%1$d,%2$d]}}""".formatted(hole, hole + 8);
        Path file = file("sparse.safetensors", tensors);
        long begin = Files.size(file) + hole;
        // A sparse file: the hole takes no space on the disk.
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer end = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            channel.write(end.putFloat(0.25f).putFloat(-3).flip(), begin);
        }
        try (Safetensors read = Safetensors.open(file)) {
            assertEquals(begin, read.info("end").begin());
            assertArrayEquals(new float[] {0.25f, -3}, read.load(manager, "end").toFloatArray());
        }
    }

    @Test
    void loadsTensorLargerThanTwoGigabytes() throws IOException {
        long entries = (1L << 31) + 5;
        String tensors = "{\"large\":{\"dtype\":\"I8\",\"shape\":[%1$d],\"data_offsets\":[0,%1$d]}}".formatted(entries);
        Path file = file("large.safetensors", tensors);
        long begin = Files.size(file);
        // A sparse file: only its end takes space on the disk.
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {7, -8}), begin + entries - 2);
        }
        try (Safetensors read = Safetensors.open(file);
                NDArray large = read.load(manager, "large")) {
            assertEquals(entries, large.size());
            assertArrayEquals(
                    new byte[] {0, 7, -8},
                    large.get(new NDIndex("{}:", entries - 3)).toByteArray());
        }
    }

    @Test
    void reportsMissingTensor() throws IOException {
        Path file = file(
                "one.safetensors", "{\"u\":{\"dtype\":\"U64\",\"shape\":[1],\"data_offsets\":[0,8]}}", new byte[8]);
        try (Safetensors read = Safetensors.open(file)) {
            assertEquals(
                    file + " has no tensor W_enc",
                    assertThrows(InvalidInputException.class, () -> read.load(manager, "W_enc"))
                            .getMessage());
            assertEquals(
                    file + ": tensor u is stored as U64, which is not supported; convert it to F32 or I64",
                    assertThrows(InvalidInputException.class, () -> read.load(manager, "u"))
                            .getMessage());
        }
    }

    @Test
    void rejectsUnsupportedType() {
        Path file = folder.resolve("x.safetensors");
        Map<String, NDArray> text = Map.of("c", manager.create("text"));
        assertEquals(
                "tensor c has type string, which safetensors files do not support",
                assertThrows(InvalidInputException.class, () -> Safetensors.write(file, text, Map.of()))
                        .getMessage());
    }

    private Path file(String name, String header, byte[]... data) throws IOException {
        return SafetensorsFiles.write(folder.resolve(name), header, data);
    }
}
