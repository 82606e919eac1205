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
    private final int entryBytes;
    private final BlockChecksums checksums;

    private MappedTensor(ByteBuffer[] pieces, long size, int entryBytes, int shift, BlockChecksums checksums) {
        this.pieces = pieces;
        this.size = size;
        this.entryBytes = entryBytes;
        this.shift = shift;
        this.mask = (1 << shift) - 1;
        this.checksums = checksums;
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
        int shift = Integer.numberOfTrailingZeros(pieceBytes / entry);
        return new MappedTensor(pieces, bytes / entry, entry, shift, BlockChecksums.NONE);
    }

    /**
     * Returns this tensor with checksums, which are compared with each block when it is first read.
     *
     * @param blocks the checksums of this tensor
     * @return the same entries; reading a damaged block fails with an {@link dev.assay.InvalidInputException}
     */
    public MappedTensor verifiedBy(BlockChecksums blocks) {
        return new MappedTensor(pieces, size, entryBytes, shift, blocks);
    }

    /**
     * Computes the checksums of all blocks.
     *
     * @return the checksums for {@link BlockChecksums#decode}
     */
    public String blockChecksums() {
        return BlockChecksums.compute(pieces);
    }

    /**
     * Returns the size of the tensor in bytes.
     *
     * @return the number of entries times the bytes of an entry
     */
    public long bytes() {
        return size * entryBytes;
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
        return verified(index).getInt((int) (index & mask) * Integer.BYTES);
    }

    /**
     * Returns an entry of type I64.
     *
     * @param index from 0
     * @return its value
     */
    public long longAt(long index) {
        return verified(index).getLong((int) (index & mask) * Long.BYTES);
    }

    /**
     * Returns an entry of type F32.
     *
     * @param index from 0
     * @return its value
     */
    public float floatAt(long index) {
        return verified(index).getFloat((int) (index & mask) * Float.BYTES);
    }

    /**
     * Returns an entry of type F64.
     *
     * @param index from 0
     * @return its value
     */
    public double doubleAt(long index) {
        return verified(index).getDouble((int) (index & mask) * Double.BYTES);
    }

    /**
     * Returns consecutive entries of type I32.
     *
     * @param first the index of the first
     * @param count number of entries
     * @return a new array
     */
    public int[] ints(long first, int count) {
        verify(first, count);
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
     * Returns consecutive entries of type F32.
     *
     * @param first the index of the first
     * @param count number of entries
     * @return a new array
     */
    public float[] floats(long first, int count) {
        verify(first, count);
        float[] values = new float[count];
        for (int done = 0; done < count; ) {
            int from = (int) (first + done & mask);
            int step = Math.min(count - done, mask + 1 - from);
            piece(first + done).asFloatBuffer().get(from, values, done, step);
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
        verify(first, count);
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
        verify(first, count);
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

    /** Returns the mapping of an entry whose block is verified. */
    private ByteBuffer verified(long index) {
        checksums.require(pieces, index * entryBytes, (index + 1) * entryBytes);
        return piece(index);
    }

    private void verify(long first, int count) {
        if (count > 0) {
            checksums.require(pieces, first * entryBytes, (first + count) * entryBytes);
        }
    }

    private ByteBuffer piece(long index) {
        return pieces[(int) (index >>> shift)];
    }
}
