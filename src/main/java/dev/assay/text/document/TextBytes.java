package dev.assay.text.document;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdIOException;
import dev.assay.InvalidInputException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipException;

/** The decompressed bytes of a text file. Errors name the file and the line. */
final class TextBytes implements AutoCloseable {
    private final Path path;
    private final Compression compression;
    private final InputStream packed;
    private InputStream unpacked;

    private TextBytes(Path path, Compression compression, InputStream packed) {
        this.path = path;
        this.compression = compression;
        this.packed = packed;
    }

    static TextBytes open(Path path, Compression compression) throws IOException {
        if (!Files.exists(path)) {
            throw new InvalidInputException(path + ": the file no longer exists, expected a text file");
        }
        return new TextBytes(path, compression, Files.newInputStream(path));
    }

    Path path() {
        return path;
    }

    /**
     * Reads some bytes.
     *
     * @param line the current line, for errors
     * @return the number of bytes, at least 1, or -1 at the end
     */
    int read(byte[] into, int from, int length, long line) throws IOException {
        boolean opening = unpacked == null;
        try {
            if (opening) {
                unpacked = compression.unpack(packed);
            }
            return unpacked.read(into, from, length);
        } catch (ZipException | EOFException | ZstdIOException e) {
            boolean never = unpacked == null || (opening && isForeign(e));
            throw new InvalidInputException(never ? notPacked() : path + " line " + line + ": " + damaged(), e);
        }
    }

    /** Returns whether the data does not start with the zstd magic number. */
    private static boolean isForeign(IOException failure) {
        return failure instanceof ZstdIOException zstd && zstd.getErrorCode() == Zstd.errPrefixUnknown();
    }

    private String notPacked() {
        return path + ": not " + compression.label() + " data, expected the format of the extension "
                + compression.extension();
    }

    private String damaged() {
        return "the " + compression.label() + " data is damaged or truncated, expected a complete "
                + compression.extension() + " file";
    }

    @Override
    public void close() throws IOException {
        (unpacked == null ? packed : unpacked).close();
    }
}
