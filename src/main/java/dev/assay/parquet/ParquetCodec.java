package dev.assay.parquet;

import com.github.luben.zstd.Zstd;
import dev.assay.InvalidInputException;
import io.airlift.compress.lz4.Lz4Decompressor;
import io.airlift.compress.snappy.SnappyDecompressor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.format.CompressionCodec;

/** A compression codec of column chunks. */
interface ParquetCodec {
    /**
     * Decompresses a page and fills exactly the target range. Any exception means damaged data.
     *
     * @return the number of decompressed bytes
     */
    int unpack(byte[] packed, int from, int length, byte[] into) throws IOException;

    /** Returns the codec of a file. */
    static ParquetCodec of(Path file, CompressionCodec name) {
        return switch (name) {
            case UNCOMPRESSED ->
                (packed, from, length, into) -> {
                    System.arraycopy(packed, from, into, 0, length);
                    return length;
                };
            case SNAPPY ->
                (packed, from, length, into) ->
                        new SnappyDecompressor().decompress(packed, from, length, into, 0, into.length);
            case LZ4_RAW ->
                (packed, from, length, into) ->
                        new Lz4Decompressor().decompress(packed, from, length, into, 0, into.length);
            case ZSTD ->
                (packed, from, length, into) ->
                        (int) Zstd.decompressByteArray(into, 0, into.length, packed, from, length);
            case GZIP ->
                (packed, from, size, into) -> {
                    try (InputStream bytes = new GZIPInputStream(new ByteArrayInputStream(packed, from, size))) {
                        int length = bytes.readNBytes(into, 0, into.length);
                        // The checksum and the size follow the data; the stream compares them at its end.
                        if (bytes.read() >= 0) {
                            throw new IOException("a page has more data than its header says");
                        }
                        return length;
                    }
                };
            default ->
                throw new InvalidInputException(file + ": the text is compressed with " + name
                        + ", expected snappy, zstd, gzip, lz4_raw or no compression");
        };
    }
}
