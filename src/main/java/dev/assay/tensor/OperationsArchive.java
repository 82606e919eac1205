package dev.assay.tensor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a TorchScript archive: a zip of uncompressed entries with the source text of one module and two small pickles.
 *
 * <p>The layout is PyTorch's serialization format (torch/csrc/jit/docs/serialization.md), written without Python.
 */
final class OperationsArchive {
    /** Version of the operators. Newer versions select newer overloads; 10 is the first with {@code gelu(approximate=)}. */
    private static final String FORMAT_VERSION = "10\n";

    /** Pickle (protocol 2) of an object of class {@code __torch__.Operations} with its two attributes. */
    private static final String OBJECT_PICKLE = "\u0080\u0002c__torch__\nOperations\nq\u0000)\u0081}("
            + "X\u0008\u0000\u0000\u0000trainingq\u0001\u0089"
            + "X\u0016\u0000\u0000\u0000_is_full_backward_hookq\u0002Nubq\u0003.";

    /** Pickle (protocol 2) of an empty tuple. */
    private static final byte[] EMPTY_TUPLE_PICKLE = {(byte) 0x80, 2, ')', '.'};

    private OperationsArchive() {}

    /**
     * Creates the archive of a module.
     *
     * @param source the serialized TorchScript of a class named {@code Operations}
     * @return the bytes of the zip
     */
    static byte[] of(String source) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            put(zip, "data.pkl", OBJECT_PICKLE.getBytes(StandardCharsets.ISO_8859_1));
            put(zip, "code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
            put(zip, "constants.pkl", EMPTY_TUPLE_PICKLE);
            put(zip, "byteorder", "little".getBytes(StandardCharsets.US_ASCII));
            put(zip, "version", FORMAT_VERSION.getBytes(StandardCharsets.US_ASCII));
        }
        return bytes.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry("operations/" + name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
