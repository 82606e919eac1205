package dev.assay.checkpoint;

import dev.assay.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.zip.CRC32C;

/**
 * The CRC-32C of each block of {@value #BLOCK_BYTES} bytes of a mapped tensor. Reading an entry verifies its block once, so a flipped bit
 * is found when it is read, without reading the rest of the file. CRC-32C is an instruction of current processors.
 */
public final class BlockChecksums {
    /** The number of bytes of a block; the last block of a tensor may have fewer. */
    public static final int BLOCK_BYTES = 1 << 16;

    /** No checksums: nothing is verified. */
    static final BlockChecksums NONE = new BlockChecksums(new int[0], "");

    private static final int SHIFT = Integer.numberOfTrailingZeros(BLOCK_BYTES);

    private final int[] checksums;
    private final String name;
    // Threads may verify the same block at the same time; all find the same result.
    private final boolean[] verified;

    private BlockChecksums(int[] checksums, String name) {
        this.checksums = checksums;
        this.name = name;
        this.verified = new boolean[checksums.length];
    }

    /** Computes the checksums of consecutive parts of a tensor; all parts but the last are multiples of a block. */
    static String compute(ByteBuffer[] parts) {
        int blocks = 0;
        for (ByteBuffer part : parts) {
            blocks += (part.limit() + BLOCK_BYTES - 1) / BLOCK_BYTES;
        }
        ByteBuffer all = ByteBuffer.allocate(blocks * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (ByteBuffer part : parts) {
            for (int first = 0; first < part.limit(); first += BLOCK_BYTES) {
                all.putInt(of(part, first));
            }
        }
        return Base64.getEncoder().encodeToString(all.array());
    }

    /**
     * Decodes checksums.
     *
     * @param text the checksums as {@link MappedTensor#blockChecksums} returns them
     * @param bytes the size of the tensor
     * @param name the file and the tensor, for messages
     * @return the checksums
     * @throws InvalidInputException if the text does not have one checksum per block
     */
    public static BlockChecksums decode(String text, long bytes, String name) {
        byte[] decoded;
        try {
            decoded = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException malformed) {
            throw new InvalidInputException("the checksums of " + name + " are not base64 text", malformed);
        }
        long blocks = (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES;
        if (decoded.length != blocks * Integer.BYTES) {
            throw new InvalidInputException("the checksums of " + name + " have " + decoded.length
                    + " bytes, expected 4 for each of " + blocks + " blocks");
        }
        int[] checksums = new int[(int) blocks];
        ByteBuffer.wrap(decoded).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(checksums);
        return new BlockChecksums(checksums, name);
    }

    private static int of(ByteBuffer part, int first) {
        CRC32C crc = new CRC32C();
        crc.update(part.duplicate()
                .limit(Math.min(part.limit(), first + BLOCK_BYTES))
                .position(first));
        return (int) crc.getValue();
    }

    /** Verifies the blocks of the bytes from {@code first} to {@code end}, exclusive, unless they are verified. */
    void require(ByteBuffer[] parts, long first, long end) {
        if (checksums.length > 0) {
            for (int block = (int) (first >>> SHIFT), last = (int) (end - 1 >>> SHIFT); block <= last; block++) {
                if (!verified[block]) {
                    verify(parts, block);
                }
            }
        }
    }

    private void verify(ByteBuffer[] parts, int block) {
        long first = (long) block << SHIFT;
        int found = of(parts[(int) (first / MappedTensor.PIECE_BYTES)], (int) (first % MappedTensor.PIECE_BYTES));
        if (found != checksums[block]) {
            throw new InvalidInputException(
                    name + " is damaged: the checksum of block " + block + " does not match; write the file again");
        }
        verified[block] = true;
    }
}
