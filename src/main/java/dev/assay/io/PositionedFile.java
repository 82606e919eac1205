package dev.assay.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A new file with reads and writes at any position. Errors name the file. Safe for several threads. */
public final class PositionedFile implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;

    private PositionedFile(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Creates a file.
     *
     * @param file a path without a file
     * @return the open file
     * @throws IOException if it cannot be created
     */
    public static PositionedFile create(Path file) throws IOException {
        return new PositionedFile(
                file,
                FileChannel.open(
                        file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    /**
     * Writes the remaining bytes of a buffer.
     *
     * @param bytes afterwards at its limit
     * @param position file position of the first byte
     * @throws IOException if the disk fails or is full
     */
    public void write(ByteBuffer bytes, long position) throws IOException {
        long place = position;
        try {
            while (bytes.hasRemaining()) {
                place += channel.write(bytes, place);
            }
        } catch (IOException failure) {
            throw FileFailures.named(file, failure);
        }
    }

    /**
     * Fills a buffer.
     *
     * @param bytes afterwards at its limit
     * @param position file position of the first byte
     * @throws IOException if the disk fails or the file ends too early
     */
    public void read(ByteBuffer bytes, long position) throws IOException {
        long place = position;
        while (bytes.hasRemaining()) {
            int read = channel.read(bytes, place);
            if (read < 0) {
                throw new FileSystemException(file.toString(), null, "became shorter while it was read");
            }
            place += read;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
