package dev.assay.checkpoint;

import ai.djl.ndarray.types.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * The element types of safetensors with the array types that they are loaded as. Types that the engine lacks are widened exactly: half
 * precision to float32, small integers to larger ones.
 */
public enum StoredType {
    /** Float64, loaded unchanged. */
    F64(8, DataType.FLOAT64, DataType.FLOAT64, null),
    /** Float32, loaded unchanged. */
    F32(4, DataType.FLOAT32, DataType.FLOAT32, null),
    /** Half precision, loaded as float32. */
    F16(2, DataType.FLOAT16, DataType.FLOAT32, null),
    /** The upper half of a float32 (bfloat16), loaded as float32. The engine's interface has no name for this type. */
    BF16(2, DataType.FLOAT32, DataType.FLOAT32, StoredType::widenBrainFloats),
    /** Signed 64-bit integers, loaded unchanged. */
    I64(8, DataType.INT64, DataType.INT64, null),
    /** Signed 32-bit integers, loaded unchanged. */
    I32(4, DataType.INT32, DataType.INT32, null),
    /** Signed 16-bit integers, loaded as int32. */
    I16(2, DataType.INT32, DataType.INT32, StoredType::widenShorts),
    /** Signed bytes, loaded unchanged. */
    I8(1, DataType.INT8, DataType.INT8, null),
    /** Unsigned 64-bit integers. Not supported: no array type can represent them. */
    U64(8, null, null, null),
    /** Unsigned 32-bit integers, loaded as int64. */
    U32(4, DataType.INT64, DataType.INT64, StoredType::widenUnsignedInts),
    /** Unsigned 16-bit integers, loaded as int32. */
    U16(2, DataType.INT32, DataType.INT32, StoredType::widenUnsignedShorts),
    /** Unsigned bytes, loaded unchanged. */
    U8(1, DataType.UINT8, DataType.UINT8, null),
    /** Booleans, one per byte; any byte except 0 is true. */
    BOOL(1, DataType.UINT8, DataType.BOOLEAN, null),
    /** Eight-bit floats with 4 exponent bits. Not supported. */
    F8_E4M3(1, null, null, null),
    /** Eight-bit floats with 5 exponent bits. Not supported. */
    F8_E5M2(1, null, null, null);

    private final int bytes;
    private final DataType readAs;
    private final DataType loadedAs;
    private final BiConsumer<ByteBuffer, ByteBuffer> widening;

    StoredType(int bytes, DataType readAs, DataType loadedAs, BiConsumer<ByteBuffer, ByteBuffer> widening) {
        this.bytes = bytes;
        this.readAs = readAs;
        this.loadedAs = loadedAs;
        this.widening = widening;
    }

    /**
     * Returns the size of one stored entry.
     *
     * @return bytes
     */
    public int bytes() {
        return bytes;
    }

    /**
     * Returns the type of a loaded array.
     *
     * @return the type, or null if the stored type is not supported
     */
    public DataType loadedAs() {
        return loadedAs;
    }

    /** Returns the type of the layout of {@link #readable}. */
    DataType readAs() {
        return readAs;
    }

    /** Returns the type of a name in a header, or null. */
    static StoredType named(String name) {
        return Arrays.stream(values())
                .filter(type -> type.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** Returns the stored type of an array type, or null if safetensors has none. */
    static StoredType of(DataType type) {
        if (type == DataType.FLOAT16) {
            return F16;
        }
        return Arrays.stream(values())
                .filter(stored -> stored.loadedAs == type && stored.bytes == type.getNumOfBytes())
                .findFirst()
                .orElse(null);
    }

    /** Returns the names of all types, for messages. */
    static String known() {
        return Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "));
    }

    /**
     * Converts stored entries to a direct buffer of type {@link #readAs} at an aligned address, which the engine reads without a
     * copy.
     *
     * @param stored direct, little-endian
     */
    ByteBuffer readable(ByteBuffer stored) {
        if (widening == null && stored.alignmentOffset(0, bytes) == 0) {
            return stored;
        }
        int entries = stored.remaining() / bytes;
        ByteBuffer result =
                ByteBuffer.allocateDirect(entries * readAs.getNumOfBytes()).order(ByteOrder.nativeOrder());
        if (widening == null) {
            result.put(stored.duplicate()).flip();
        } else {
            widening.accept(stored, result);
        }
        return result;
    }

    /**
     * Rounds float32 entries to the nearest {@link #BF16}, ties to even; infinities and NaN are preserved.
     *
     * @param floats little-endian
     */
    static ByteBuffer narrowToBrainFloats(ByteBuffer floats) {
        int entries = floats.remaining() / Float.BYTES;
        ByteBuffer result = ByteBuffer.allocate(entries * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < entries; i++) {
            int bits = floats.getInt(floats.position() + i * Float.BYTES);
            int halfway = 0x7fff + (bits >>> Short.SIZE & 1);
            boolean number = !Float.isNaN(Float.intBitsToFloat(bits));
            // Rounding could turn a NaN into another value, so NaN is truncated, with one mantissa bit kept set.
            int kept = number ? bits + halfway : bits | 0x400000;
            result.putShort(i * Short.BYTES, (short) (kept >>> Short.SIZE));
        }
        return result;
    }

    private static void widenBrainFloats(ByteBuffer from, ByteBuffer to) {
        for (int i = 0; i < to.capacity() / Float.BYTES; i++) {
            to.putInt(i * Float.BYTES, from.getShort(i * Short.BYTES) << Short.SIZE);
        }
    }

    private static void widenShorts(ByteBuffer from, ByteBuffer to) {
        for (int i = 0; i < to.capacity() / Integer.BYTES; i++) {
            to.putInt(i * Integer.BYTES, from.getShort(i * Short.BYTES));
        }
    }

    private static void widenUnsignedShorts(ByteBuffer from, ByteBuffer to) {
        for (int i = 0; i < to.capacity() / Integer.BYTES; i++) {
            to.putInt(i * Integer.BYTES, from.getChar(i * Short.BYTES));
        }
    }

    private static void widenUnsignedInts(ByteBuffer from, ByteBuffer to) {
        for (int i = 0; i < to.capacity() / Long.BYTES; i++) {
            to.putLong(i * Long.BYTES, Integer.toUnsignedLong(from.getInt(i * Integer.BYTES)));
        }
    }
}
