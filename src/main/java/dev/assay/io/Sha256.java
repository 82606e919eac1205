package dev.assay.io;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** An incremental SHA-256 over text, arrays and streams. */
public final class Sha256 {
    private static final long PIECE = 1L << 22; // array entries per chunk
    private static final int BUFFER = 1 << 18;

    private final MessageDigest digest;

    /** Creates the hash of no data. */
    public Sha256() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /**
     * Adds a text in UTF-8.
     *
     * @param text the text
     * @return this
     */
    public Sha256 add(String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /**
     * Adds the bytes of an array in chunks.
     *
     * @param array on any device
     * @return this
     */
    public Sha256 add(NDArray array) {
        long size = array.size();
        for (long first = 0; first < size; first += PIECE) {
            try (Scope scope = Scope.open()) {
                NDIndex piece = new NDIndex("{}:{}", first, Math.min(size, first + PIECE));
                digest.update(array.reshape(size).get(piece).toByteBuffer());
            }
        }
        return this;
    }

    /**
     * Adds the bytes that remain in a buffer.
     *
     * @param bytes afterwards at its limit
     * @return this
     */
    public Sha256 add(ByteBuffer bytes) {
        digest.update(bytes);
        return this;
    }

    /**
     * Returns a stream that adds all bytes that pass through it.
     *
     * @param out receives the bytes
     * @return the stream
     */
    public OutputStream passing(OutputStream out) {
        return new DigestOutputStream(out, digest);
    }

    /**
     * Completes the hash.
     *
     * @return 64 lower-case hexadecimal digits
     */
    public String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * Hashes a file.
     *
     * @param file the file
     * @return 64 lower-case hexadecimal digits
     * @throws IOException if it cannot be read
     */
    public static String of(Path file) throws IOException {
        Sha256 hash = new Sha256();
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                hash.digest.update(buffer, 0, read);
            }
        }
        return hash.hex();
    }
}
