package dev.assay.checkpoint;

import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The header of an array in numpy's format (NEP 1): a magic string, a version, the length of a text, and the text, a Python literal with
 * the element type, the order and the shape.
 *
 * @param type stored type of the entries
 * @param columnsFirst whether the order is column-major (Fortran order)
 * @param shape its shape; empty for a scalar
 * @param length number of bytes before the entries
 */
record NpyHeader(StoredType type, boolean columnsFirst, Shape shape, int length) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int LIMIT = 1 << 16;
    private static final Map<String, StoredType> TYPES =
            new TreeMap<>(Map.of("<f2", StoredType.F16, "<f4", StoredType.F32, "<f8", StoredType.F64));
    private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9,\\s]*)\\)");

    /**
     * Reads a header and leaves the stream at the first entry.
     *
     * @param in the array's bytes
     * @param label file and array, for messages
     */
    static NpyHeader read(InputStream in, String label) throws IOException {
        byte[] start = bytes(in, MAGIC.length + 2);
        if (!Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new InvalidInputException(label + " does not start with the magic string of numpy's format");
        }
        int version = start[MAGIC.length];
        if (version < 1 || version > 3) {
            throw new InvalidInputException(
                    label + " has version " + version + " of numpy's format, expected 1, 2 or 3");
        }
        int lengthBytes = version == 1 ? Short.BYTES : Integer.BYTES;
        ByteBuffer size = ByteBuffer.wrap(bytes(in, lengthBytes)).order(ByteOrder.LITTLE_ENDIAN);
        long length = version == 1 ? Short.toUnsignedInt(size.getShort(0)) : Integer.toUnsignedLong(size.getInt(0));
        if (length > LIMIT) {
            throw new InvalidInputException(label + " has a header of " + length + " bytes, expected at most " + LIMIT);
        }
        String text = new String(bytes(in, (int) length), StandardCharsets.UTF_8);
        return new NpyHeader(
                type(text, label),
                field(ORDER, text, label, "fortran_order").equals("True"),
                shape(text, label),
                start.length + lengthBytes + (int) length);
    }

    private static byte[] bytes(InputStream in, int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("the data ends within the header");
        }
        return bytes;
    }

    private static StoredType type(String text, String label) {
        String name = field(DESCR, text, label, "descr");
        StoredType type = TYPES.get(name);
        if (type == null) {
            throw new InvalidInputException(
                    label + ": descr is '" + name + "', expected one of " + String.join(", ", TYPES.keySet()));
        }
        return type;
    }

    private static Shape shape(String text, String label) {
        String extents = field(SHAPE, text, label, "shape").replaceAll("\\s", "");
        if (extents.isEmpty()) {
            return new Shape();
        }
        try {
            return new Shape(
                    Arrays.stream(extents.split(",")).mapToLong(Long::parseLong).toArray());
        } catch (NumberFormatException malformed) {
            throw new InvalidInputException(label + ": shape is (" + extents + "), expected integers", malformed);
        }
    }

    private static String field(Pattern pattern, String text, String label, String name) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new InvalidInputException(
                    label + " has no field " + name + " in its header, expected that of a plain array");
        }
        return matcher.group(1);
    }

    /** Returns the number of bytes of all entries. */
    long dataBytes(String label) {
        try {
            long bytes = type.bytes();
            for (long extent : shape.getShape()) {
                bytes = Math.multiplyExact(bytes, extent);
            }
            return bytes;
        } catch (ArithmeticException overflow) {
            throw new InvalidInputException(
                    label + ": shape is " + shape + ", expected an array of less than 2^63 bytes", overflow);
        }
    }
}
