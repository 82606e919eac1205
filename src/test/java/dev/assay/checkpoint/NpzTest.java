package dev.assay.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.tensor.TorchEngine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NpzTest {
    /** Written by numpy 2.4. */
    private static final Path NUMPY = Path.of("src/test/resources/dev/assay/checkpoint/arrays.npz");

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
    void readsFilesOfNumpy() throws IOException {
        float[] expected = new float[24];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = i / 8f - 1;
        }
        try (Npz npz = Npz.open(NUMPY)) {
            assertEquals(
                    List.of("big", "columns", "columns_f2", "empty", "f2", "f4", "f8", "integers", "scalar", "vector"),
                    List.copyOf(npz.names()));
            for (String name : List.of("f4", "f2", "columns")) {
                NDArray array = npz.load(manager, name);
                assertEquals(new Shape(2, 3, 4), array.getShape());
                assertEquals(array.getShape(), npz.shape(name));
                assertEquals(DataType.FLOAT32, array.getDataType());
                assertArrayEquals(expected, array.toFloatArray(), name);
            }
            double[] wide = npz.load(manager, "f8").toDoubleArray();
            assertEquals(-1 + 1e-12, wide[0]);
            NDArray columns = npz.load(manager, "columns_f2");
            assertEquals(new Shape(3, 4), columns.getShape());
            assertArrayEquals(Arrays.copyOf(expected, 12), columns.toFloatArray());
            assertEquals(new Shape(), npz.shape("scalar"));
            assertEquals(0.1, npz.load(manager, "scalar").getDouble());
            assertEquals(new Shape(0, 3), npz.load(manager, "empty").getShape());
            assertArrayEquals(
                    new float[] {0, 1, 2, 3, 4}, npz.load(manager, "vector").toFloatArray());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            integers | descr is '<i8', expected one of <f2, <f4, <f8
            big      | descr is '>f4', expected one of <f2, <f4, <f8
            """)
    void rejectsOtherTypes(String name, String message) throws IOException {
        try (Npz npz = Npz.open(NUMPY)) {
            assertEquals(NUMPY + ": array " + name + ": " + message, refused(() -> npz.load(manager, name)));
        }
    }

    @Test
    void rejectsPickles() throws IOException {
        try (Npz npz = Npz.open(NUMPY.resolveSibling("objects.npz"))) {
            assertTrue(refused(() -> npz.load(manager, "objects")).contains("descr is '|O', expected one of"));
        }
    }

    @Test
    void reportsMissingArray() throws IOException {
        try (Npz npz = Npz.open(NUMPY)) {
            assertEquals(NUMPY + " has no array W_enc", refused(() -> npz.load(manager, "W_enc")));
            assertEquals(NUMPY + " has no array W_enc", refused(() -> npz.shape("W_enc")));
        }
        assertThrows(NoSuchFileException.class, () -> Npz.open(folder.resolve("absent.npz")));
        Path text = Files.writeString(folder.resolve("text.npz"), "no archive");
        assertEquals(
                text + " is not a complete zip archive, expected an npz file of numpy", refused(() -> Npz.open(text)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {'descr': '<f4', 'fortran_order': False, 'shape': (3,), }        | has 8 bytes of data, expected 12 for F32 (3)
            {'descr': '<f4', 'fortran_order': False, 'shape': (1,), }        | has 8 bytes of data, expected 4 for F32 (1)
            {'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), } | : shape is (4294967296, 4294967296), expected an array of less than 2^63 bytes
            {'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), } | : shape is (99999999999999999999,), expected integers
            {'descr': '<f4', 'fortran_order': False, 'shape': (1,,2), }      | : shape is (1,,2), expected integers
            {'descr': '<f4', 'fortran_order': False}                         | has no field shape in its header, expected that of a plain array
            {'descr': '<f4', 'fortran_order': 1, 'shape': (2,), }            | has no field fortran_order in its header, expected that of a plain array
            {'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)} | has no field descr in its header, expected that of a plain array
            """)
    void explainsMalformedHeaders(String header, String message) throws IOException {
        Path file = write(npy(1, header, 8));
        try (Npz npz = Npz.open(file)) {
            String space = message.startsWith(":") ? "" : " ";
            assertEquals(file + ": array a" + space + message, refused(() -> npz.load(manager, "a")));
        }
    }

    @Test
    void readsEveryHeaderVersion() throws IOException {
        for (int version = 1; version <= 3; version++) {
            Path file = write(npy(version, "{'descr': '<f8', 'fortran_order': False, 'shape': (), }", 8));
            try (Npz npz = Npz.open(file)) {
                assertEquals(0, npz.load(manager, "a").getDouble());
            }
        }
        assertEquals(
                folder.resolve("a.npz") + ": array a has version 4 of numpy's format, expected 1, 2 or 3",
                refusedToLoad(npy(4, "", 0)));
        assertEquals(
                folder.resolve("a.npz") + ": array a has a header of 70000 bytes, expected at most 65536",
                refusedToLoad(npy(2, " ".repeat(70_000), 0)));
        assertEquals(
                folder.resolve("a.npz") + ": array a does not start with the magic string of numpy's format",
                refusedToLoad(new byte[100]));
        assertEquals(
                folder.resolve("a.npz") + ": array a is damaged: the data ends within the header",
                refusedToLoad(Arrays.copyOf(npy(1, "{'descr': '<f8'}", 8), 20)));
    }

    @Test
    void rejectsImpossibleSizeBeforeAllocation() throws IOException {
        byte[] array = npy(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (268435456,), }", 8);
        Path file = write(array);
        byte[] archive = Files.readAllBytes(file);
        // The central directory, which stands last, is made to claim the size that the array's header claims.
        int directory = archive.length - 22 - 46 - "a.npy".length();
        ByteBuffer buffer = ByteBuffer.wrap(archive).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(0x02014b50, buffer.getInt(directory));
        buffer.putInt(directory + 24, array.length - 8 + (1 << 30));
        Files.write(file, archive);
        try (Npz npz = Npz.open(file)) {
            String message = refused(() -> npz.load(manager, "a"));
            assertTrue(message.contains("claims to have 1073741824 bytes in "), message);
        }
    }

    /** A damaged byte leads to an exception with a message for users, or to an array with a correct checksum. */
    @Test
    void detectsDamage() throws IOException {
        byte[] whole = Files.readAllBytes(NUMPY);
        SplittableRandom random = new SplittableRandom(3);
        int found = 0;
        for (int trial = 0; trial < 300; trial++) {
            byte[] damaged = trial % 3 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            if (trial % 3 != 0) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 + random.nextInt(255));
            }
            Path file = Files.write(folder.resolve("damaged.npz"), damaged);
            try (Npz npz = Npz.open(file)) {
                for (String name : npz.names()) {
                    npz.load(manager, name).close();
                }
            } catch (InvalidInputException expected) {
                found++;
            }
        }
        assertTrue(found > 150, found + " of 300");
    }

    private String refusedToLoad(byte[] npy) throws IOException {
        try (Npz npz = Npz.open(write(npy))) {
            return refused(() -> npz.load(manager, "a"));
        }
    }

    private Path write(byte[] npy) throws IOException {
        Path file = folder.resolve("a.npz");
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("a.npy"));
            zip.write(npy);
        }
        return file;
    }

    /** Returns an array in numpy's format with zero data. */
    private static byte[] npy(int version, String header, int dataBytes) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
        int lengthBytes = version == 1 ? 2 : 4;
        ByteBuffer length =
                ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(text.length);
        out.write(length.array(), 0, lengthBytes);
        out.write(text);
        out.write(new byte[dataBytes]);
        return out.toByteArray();
    }

    private static String refused(org.junit.jupiter.api.function.Executable action) {
        return assertThrows(InvalidInputException.class, action).getMessage();
    }
}
