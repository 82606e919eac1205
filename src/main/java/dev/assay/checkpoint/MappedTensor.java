package dev.assay.checkpoint;

import dev.assay.io.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * The entries of a tensor in mapped memory, read on access. Indices count from 0 in file order. Safe for several threads. The mapping is
 * independent of its {@link Safetensors} file and remains valid as long as this object.
 *
 * <p>Each method interprets the bytes as the type of its name; callers check {@link TensorInfo#type} first.
 */
public final class MappedTensor {
    /** Maximum size of a mapping: a buffer has less than 2^31 bytes. */
    static final int PIECE_BYTES = 1 << 30;

    private final ByteBuffer[] pieces;
    private final long size;
    private final int shift; // log2 of the entries per mapping
    private final int mask;

    private MappedTensor(ByteBuffer[] pieces, long size, int shift) {
        this.pieces = pieces;
        this.size = size;
        this.shift = shift;
        this.mask = (1 << shift) - 1;
    }

    /** Maps a tensor in parts of a given number of bytes, a power of two. */
    static MappedTensor map(FileChannel channel, TensorInfo info, int pieceBytes) throws IOException {
        long bytes = info.end() - info.begin();
        ByteBuffer[] pieces = new ByteBuffer[Math.toIntExact((bytes + pieceBytes - 1) / pieceBytes)];
        for (int piece = 0; piece < pieces.length; piece++) {
            long first = (long) piece * pieceBytes;
            pieces[piece] = channel.map(
                            FileChannel.MapMode.READ_ONLY, info.begin() + first, Math.min(pieceBytes, bytes - first))
                    .order(ByteOrder.LITTLE_ENDIAN);
        }
        int entry = info.type().bytes();
        return new MappedTensor(pieces, bytes / entry, Integer.numberOfTrailingZeros(pieceBytes / entry));
    }

    /**
     * Returns the number of entries.
     *
     * @return the product of the extents
     */
    public long size() {
        return size;
    }

    /**
     * Returns an entry of type I32.
     *
     * @param index from 0
     * @return its value
     */
    public int intAt(long index) {
        return piece(index).getInt((int) (index & mask) * Integer.BYTES);
    }

    /**
     * Returns an entry of type I64.
     *
     * @param index from 0
     * @return its value
     */
    public long longAt(long index) {
        return piece(index).getLong((int) (index & mask) * Long.BYTES);
    }

    /**
     * Returns an entry of type F32.
     *
     * @param index from 0
     * @return its value
     */
    public float floatAt(long index) {
        return piece(index).getFloat((int) (index & mask) * Float.BYTES);
    }

    /**
     * Returns an entry of type F64.
     *
     * @param index from 0
     * @return its value
     */
    public double doubleAt(long index) {
        return piece(index).getDouble((int) (index & mask) * Double.BYTES);
    }

    /**
     * Returns consecutive entries of type I32.
     *
     * @param first the index of the first
     * @param count number of entries
     * @return a new array
     */
    public int[] ints(long first, int count) {
        int[] values = new int[count];
        for (int done = 0; done < count; ) {
            int from = (int) (first + done & mask);
            int step = Math.min(count - done, mask + 1 - from);
            piece(first + done).asIntBuffer().get(from, values, done, step);
            done += step;
        }
        return values;
    }

    /**
     * Returns consecutive entries of type U16.
     *
     * @param first the index of the first
     * @param count number of entries
     * @return a new array
     */
    public char[] chars(long first, int count) {
        char[] values = new char[count];
        for (int done = 0; done < count; ) {
            int from = (int) (first + done & mask);
            int step = Math.min(count - done, mask + 1 - from);
            piece(first + done).asCharBuffer().get(from, values, done, step);
            done += step;
        }
        return values;
    }

    /**
     * Returns consecutive entries of type U8.
     *
     * @param first the index of the first
     * @param count number of entries
     * @return a new array
     */
    public byte[] bytes(long first, int count) {
        byte[] values = new byte[count];
        for (int done = 0; done < count; ) {
            int from = (int) (first + done & mask);
            int step = Math.min(count - done, mask + 1 - from);
            piece(first + done).get(from, values, done, step);
            done += step;
        }
        return values;
    }

    /**
     * Computes the SHA-256 of all bytes.
     *
     * @return 64 hexadecimal digits
     */
    public String sha256() {
        Sha256 hash = new Sha256();
        for (ByteBuffer piece : pieces) {
            hash.add(piece.duplicate());
        }
        return hash.hex();
    }

    private ByteBuffer piece(long index) {
        return pieces[(int) (index >>> shift)];
    }
}
