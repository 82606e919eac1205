package dev.assay.checkpoint;

import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.zip.CRC32C;

/** The CRC-32C of the header of a safetensors file, without this entry, and of its data. */
final class FileChecksum implements WritableByteChannel {
    /** The name of the entry in the metadata. */
    static final String KEY = "assay.crc32c";
    /** The name of another entry, so that a file that has lost its checksum differs from a file without one. */
    static final String MARK = "assay.checksummed";

    private final CRC32C crc = new CRC32C();

    void add(byte[] bytes) {
        crc.update(bytes);
    }

    @Override
    public int write(ByteBuffer bytes) {
        int count = bytes.remaining();
        crc.update(bytes);
        return count;
    }

    /** Returns 8 hexadecimal digits. */
    String text() {
        return String.format("%08x", crc.getValue());
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
