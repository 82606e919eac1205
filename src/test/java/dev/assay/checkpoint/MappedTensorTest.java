package dev.assay.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.io.Sha256;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tensors written in parts and read in place across mapping boundaries. */
class MappedTensorTest {
    private static final int SIZE = 1000;
    private static final int PIECE = 64;

    @TempDir
    Path folder;

    @Test
    void readsEntriesAcrossMappings() throws IOException {
        Path file = write();
        try (Safetensors tensors = Safetensors.open(file);
                FileChannel channel = FileChannel.open(file)) {
            for (int pieceBytes : new int[] {PIECE, MappedTensor.PIECE_BYTES}) {
                MappedTensor longs = MappedTensor.map(channel, tensors.info("longs"), pieceBytes);
                MappedTensor doubles = MappedTensor.map(channel, tensors.info("doubles"), pieceBytes);
                MappedTensor floats = MappedTensor.map(channel, tensors.info("floats"), pieceBytes);
                MappedTensor ints = MappedTensor.map(channel, tensors.info("ints"), pieceBytes);
                assertEquals(SIZE, longs.size());
                for (int i = 0; i < SIZE; i++) {
                    assertEquals(-3L * i, longs.longAt(i));
                    assertEquals(0.1 * i, doubles.doubleAt(i));
                    assertEquals(0.5f * i, floats.floatAt(i));
                    assertEquals(7 * i, ints.intAt(i));
                }
                MappedTensor chars = MappedTensor.map(channel, tensors.info("chars"), pieceBytes);
                MappedTensor bytes = MappedTensor.map(channel, tensors.info("bytes"), pieceBytes);
                for (int first : new int[] {0, 15, 16, 31, 900}) {
                    for (int count : new int[] {0, 1, 17, 100}) {
                        assertArrayEquals(Arrays.copyOfRange(ints(), first, first + count), ints.ints(first, count));
                        assertArrayEquals(Arrays.copyOfRange(chars(), first, first + count), chars.chars(first, count));
                        assertArrayEquals(Arrays.copyOfRange(bytes(), first, first + count), bytes.bytes(first, count));
                    }
                }
                assertEquals(new Sha256().add(ByteBuffer.wrap(bytes())).hex(), bytes.sha256());
                assertThrows(IndexOutOfBoundsException.class, () -> ints.intAt(SIZE + 100));
            }
        }
    }

    @Test
    void mappingOutlivesFile() throws IOException {
        MappedTensor ints;
        Path file = write();
        try (Safetensors tensors = Safetensors.open(file)) {
            ints = tensors.map("ints");
            assertEquals("of this", tensors.metadata().get("note"));
            assertThrows(InvalidInputException.class, () -> tensors.map("none"));
        }
        assertEquals(7 * 999, ints.intAt(999));
    }

    @Test
    void incrementalFileIsValidSafetensors() throws IOException {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Safetensors tensors = Safetensors.open(write())) {
            assertArrayEquals(ints(), tensors.load(manager, "ints").toIntArray());
            int[] chars = tensors.load(manager, "chars").toIntArray();
            for (int i = 0; i < SIZE; i++) {
                assertEquals(chars()[i], chars[i]);
            }
            assertEquals(new Shape(SIZE, 0), tensors.info("empty").shape());
            assertEquals(0, tensors.map("empty").size());
        }
    }

    @Test
    void rejectsWritingBeyondTensor() throws IOException {
        List<PlannedTensor> tensors = List.of(new PlannedTensor("ints", StoredType.I32, new Shape(4)));
        Path file = folder.resolve("small");
        try (IncrementalSafetensors pieces = IncrementalSafetensors.create(file, tensors, Map.of())) {
            assertThrows(IndexOutOfBoundsException.class, () -> pieces.write("ints", 3, new int[9], 0, 2));
            assertThrows(IndexOutOfBoundsException.class, () -> pieces.write("ints", -1, new int[9], 0, 2));
            pieces.write("ints", 2, new int[] {9, 8, 7}, 1, 2);
        }
        try (Safetensors written = Safetensors.open(file)) {
            assertArrayEquals(new int[] {0, 0, 8, 7}, written.map("ints").ints(0, 4));
            assertTrue(written.metadata().isEmpty());
        }
    }

    private Path write() throws IOException {
        Path file = folder.resolve("pieces.safetensors");
        Files.deleteIfExists(file);
        long[] longs = new long[SIZE];
        double[] doubles = new double[SIZE];
        float[] floats = new float[SIZE];
        for (int i = 0; i < SIZE; i++) {
            longs[i] = -3L * i;
            doubles[i] = 0.1 * i;
            floats[i] = 0.5f * i;
        }
        List<PlannedTensor> tensors = List.of(
                new PlannedTensor("bytes", StoredType.U8, new Shape(SIZE)),
                new PlannedTensor("ints", StoredType.I32, new Shape(SIZE / 2, 2)),
                new PlannedTensor("chars", StoredType.U16, new Shape(SIZE)),
                new PlannedTensor("empty", StoredType.F64, new Shape(SIZE, 0)),
                new PlannedTensor("doubles", StoredType.F64, new Shape(SIZE)),
                new PlannedTensor("floats", StoredType.F32, new Shape(SIZE)),
                new PlannedTensor("longs", StoredType.I64, new Shape(SIZE)));
        try (IncrementalSafetensors pieces = IncrementalSafetensors.create(file, tensors, Map.of("note", "of this"))) {
            pieces.write("chars", 500, chars(), 500, 500);
            pieces.write("chars", 0, chars(), 0, 500);
            pieces.write("ints", ints());
            pieces.write("bytes", bytes());
            pieces.write("longs", longs);
            pieces.write("doubles", doubles);
            pieces.write("floats", floats);
            pieces.write("empty", new double[0]);
        }
        return file;
    }

    private static int[] ints() {
        int[] values = new int[SIZE];
        Arrays.setAll(values, i -> 7 * i);
        return values;
    }

    private static char[] chars() {
        char[] values = new char[SIZE];
        for (int i = 0; i < SIZE; i++) {
            values[i] = (char) (65 * i);
        }
        return values;
    }

    private static byte[] bytes() {
        byte[] values = new byte[SIZE];
        for (int i = 0; i < SIZE; i++) {
            values[i] = (byte) (3 * i);
        }
        return values;
    }
}
