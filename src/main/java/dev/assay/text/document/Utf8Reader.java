package dev.assay.text.document;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** Reads the characters of a UTF-8 file in blocks. */
final class Utf8Reader implements AutoCloseable {
    private static final int BLOCK = 1 << 16;
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final TextBytes bytes;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private final ByteBuffer encoded = ByteBuffer.allocate(BLOCK).limit(0);
    private final CharBuffer decoded = CharBuffer.allocate(BLOCK);
    private long line = 1;
    private boolean started;
    private boolean ended;

    Utf8Reader(TextBytes bytes) {
        this.bytes = bytes;
    }

    /** Appends the next characters, without a byte order mark at the start of the file; returns false at the end. */
    boolean appendTo(StringBuilder text) throws IOException {
        while (true) {
            decoded.clear();
            CoderResult result = decoder.decode(encoded, decoded, ended);
            decoded.flip();
            if (decoded.hasRemaining()) {
                append(text);
                return true;
            }
            if (result.isError()) {
                throw new InvalidInputException(
                        bytes.path() + " line " + line + ": found bytes that are not UTF-8, expected UTF-8 text");
            }
            if (ended) {
                return false;
            }
            fill();
        }
    }

    private void append(StringBuilder text) {
        if (!started && decoded.get(0) == BYTE_ORDER_MARK) {
            decoded.get();
        }
        started = true;
        for (int i = decoded.position(); i < decoded.limit(); i++) {
            if (decoded.get(i) == '\n') {
                line++;
            }
        }
        text.append(decoded);
    }

    private void fill() throws IOException {
        encoded.compact();
        int read = bytes.read(encoded.array(), encoded.position(), encoded.remaining(), line);
        ended = read < 0;
        encoded.position(encoded.position() + Math.max(read, 0));
        encoded.flip();
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
