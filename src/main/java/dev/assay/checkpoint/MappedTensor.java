package dev.assay.checkpoint;

import dev.assay.io.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * The entries of a tensor in mapped memory: nothing is read before it is asked for. They are counted from 0 in the order of the file.
 * Safe for several threads. The mapping outlives the {@link Safetensors} that it came from, and lasts while this object is in use.
 *
 * <p>Each method takes the bytes for the type of its name; whoever calls it has looked at {@link TensorInfo#type}.
 */
public final class MappedTensor {
    /** A mapping is a buffer, which has less than 2^31 bytes. */
    static final int PIECE_BYTES = 1 << 30;

    private final ByteBuffer[] pieces;
    private final long size;
    private final int shift; // entries of a piece: 2^shift
    private final int mask;

    private MappedTensor(ByteBuffer[] pieces, long size, int shift) {
        this.pieces = pieces;
        this.size = size;
        this.shift = shift;
        this.mask = (1 << shift) - 1;
    }

    /** Maps a tensor in pieces of so many bytes, a power of two. */
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
     * Returns entries of type I32 in a row.
     *
     * @param first the index of the first
     * @param count how many
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
     * Returns entries of type U16 in a row.
     *
     * @param first the index of the first
     * @param count how many
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
     * Returns entries of type U8 in a row.
     *
     * @param first the index of the first
     * @param count how many
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
     * Returns the hash of the bytes, all of which are read.
     *
     * @return a SHA-256 in hexadecimal digits
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
