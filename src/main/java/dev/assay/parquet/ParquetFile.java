package dev.assay.parquet;

import dev.assay.InvalidInputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.Util;

/**
 * A Parquet file: {@code PAR1}, column chunks of pages, the metadata, the length of the metadata in four bytes, {@code PAR1}.
 *
 * <p>The layout follows the specification at github.com/apache/parquet-format.
 */
public final class ParquetFile implements AutoCloseable {
    private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ENCRYPTED = "PARE".getBytes(StandardCharsets.US_ASCII);
    private static final int LENGTH_BYTES = 4;

    private final Path path;
    private final FileChannel channel;
    private final FileMetaData metadata;

    private ParquetFile(Path path, FileChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        this.metadata = readMetadata();
    }

    /** Opens a file and reads its footer. */
    public static ParquetFile open(Path path) throws IOException {
        if (!Files.exists(path)) {
            throw new InvalidInputException(path + ": the file no longer exists, expected a text file");
        }
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        try {
            return new ParquetFile(path, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    Path path() {
        return path;
    }

    /** {@return the metadata of the footer} */
    public FileMetaData metadata() {
        return metadata;
    }

    private FileMetaData readMetadata() throws IOException {
        long size = channel.size();
        int frame = MAGIC.length + LENGTH_BYTES;
        if (size < MAGIC.length + frame) {
            throw notParquet();
        }
        ByteBuffer tail = ByteBuffer.wrap(read(size - frame, frame)).order(ByteOrder.LITTLE_ENDIAN);
        long length = tail.getInt();
        byte[] magic = new byte[MAGIC.length];
        tail.get(magic);
        if (Arrays.equals(magic, ENCRYPTED)) {
            throw new InvalidInputException(path + ": the Parquet file is encrypted, expected an unencrypted one");
        }
        if (!Arrays.equals(magic, MAGIC) || length < 0 || length > size - frame - MAGIC.length) {
            throw notParquet();
        }
        byte[] bytes = read(size - frame - length, (int) length);
        try {
            return Util.readFileMetaData(new ByteArrayInputStream(bytes));
        } catch (IOException | RuntimeException e) {
            throw new InvalidInputException(path + ": the metadata is damaged, expected a complete Parquet file", e);
        }
    }

    private InvalidInputException notParquet() {
        return new InvalidInputException(path
                + ": found no Parquet metadata at the end, expected a complete Parquet file as the extension says");
    }

    /** Reads a range of bytes. */
    byte[] read(long from, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, from + bytes.position()) < 0) {
                throw new InvalidInputException(path + ": the file was truncated while it was read");
            }
        }
        return bytes.array();
    }

    /** Returns the size of the file in bytes. */
    long size() throws IOException {
        return channel.size();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
