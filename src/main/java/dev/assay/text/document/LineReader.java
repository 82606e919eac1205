package dev.assay.text.document;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Splits the bytes of a file into lines. A line is decoded on request. */
public final class LineReader implements AutoCloseable {
    /** Limit of a line. The string of a longer line could not be stored together with its tokens. */
    private static final int MOST_BYTES = 1 << 29;

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final TextBytes bytes;
    private byte[] buffer = new byte[1 << 16];
    /** End of the bytes in the buffer. */
    private int filled;

    private int lineStart;
    private int lineEnd;
    private int next;
    private long number;
    private boolean ended;

    LineReader(TextBytes bytes) {
        this.bytes = bytes;
    }

    /**
     * Opens a file of lines in UTF-8.
     *
     * @param file a file, decompressed if its name ends in {@code .gz} or {@code .zst}
     * @return the lines, before the first one
     * @throws InvalidInputException if the file does not exist
     * @throws IOException if it cannot be read
     */
    public static LineReader open(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new InvalidInputException(file + ": the file does not exist, expected a file of lines");
        }
        return new LineReader(
                TextBytes.open(file, Compression.of(file.getFileName().toString())));
    }

    /**
     * Moves to the next line.
     *
     * @return false after the last line
     * @throws IOException if the file cannot be read
     */
    public boolean next() throws IOException {
        number++;
        lineStart = next;
        int at = lineStart;
        while (true) {
            while (at < filled && buffer[at] != '\n') {
                at++;
            }
            if (at < filled || ended) {
                break;
            }
            at -= lineStart;
            fill();
            at += lineStart;
        }
        lineEnd = at;
        next = Math.min(at + 1, filled);
        if (number == 1 && startsWithMark()) {
            lineStart += BYTE_ORDER_MARK.length;
        }
        return at < filled || at > lineStart;
    }

    /** Moves the unread bytes to the start of the buffer and reads more. */
    private void fill() throws IOException {
        System.arraycopy(buffer, lineStart, buffer, 0, filled - lineStart);
        filled -= lineStart;
        lineStart = 0;
        if (filled == MOST_BYTES) {
            throw new InvalidInputException(
                    bytes.path() + " line " + number + ": more than " + MOST_BYTES + " bytes, expected a shorter line");
        }
        if (filled == buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.min(MOST_BYTES, 2 * buffer.length));
        }
        int read = bytes.read(buffer, filled, buffer.length - filled, number);
        ended = read < 0;
        filled += Math.max(read, 0);
    }

    private boolean startsWithMark() {
        int end = lineStart + BYTE_ORDER_MARK.length;
        return end <= lineEnd && Arrays.equals(buffer, lineStart, end, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length);
    }

    /** {@return the number of the line, from 1} */
    public long number() {
        return number;
    }

    /** {@return whether the line contains only spaces} */
    public boolean isBlank() {
        for (int i = lineStart; i < lineEnd; i++) {
            if (buffer[i] != ' ' && buffer[i] != '\t' && buffer[i] != '\r') {
                return false;
            }
        }
        return true;
    }

    /** Returns whether the line contains an ASCII string. */
    boolean contains(String ascii) {
        char first = ascii.charAt(0);
        for (int i = lineStart; i <= lineEnd - ascii.length(); i++) {
            if (buffer[i] == first && matches(ascii, i)) {
                return true;
            }
        }
        return false;
    }

    private boolean matches(String ascii, int at) {
        for (int i = 1; i < ascii.length(); i++) {
            if (buffer[at + i] != ascii.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** {@return the decoded line, without its line break} */
    public String text() {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(buffer, lineStart, lineEnd - lineStart))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidInputException(
                    bytes.path() + " line " + number + ": found bytes that are not UTF-8, expected UTF-8 text", e);
        }
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
