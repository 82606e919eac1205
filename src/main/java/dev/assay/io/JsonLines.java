package dev.assay.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A file with one JSON object per line, to which objects are appended. Each line is written with one call and is complete when its line
 * break is there. A last line without a line break was cut by a kill or by a full disk: readers ignore it and the next writer removes it.
 * Safe for several threads of one process.
 */
public final class JsonLines implements AutoCloseable {
    private final FileChannel channel;

    private JsonLines(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Opens a file for appending. It is created if it does not exist; an incomplete last line is removed.
     *
     * @param file the file, in an existing folder
     * @return the open file
     * @throws IOException if it cannot be written
     */
    public static JsonLines append(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            long end = Files.size(file) == 0 ? 0 : completeBytes(file);
            channel.truncate(end);
            channel.position(end);
            return new JsonLines(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Returns the number of bytes up to the last line break. */
    private static long completeBytes(Path file) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "r")) {
            long end = bytes.length();
            while (end > 0) {
                bytes.seek(end - 1);
                if (bytes.read() == '\n') {
                    return end;
                }
                end--;
            }
            return 0;
        }
    }

    /**
     * Appends an object. The operating system has the whole line when the method returns, so a killed process does not lose it.
     *
     * @param object the object
     * @throws IOException if it cannot be written
     */
    public synchronized void write(ObjectNode object) throws IOException {
        ByteBuffer line =
                ByteBuffer.wrap((Json.mapper().writeValueAsString(object) + "\n").getBytes(StandardCharsets.UTF_8));
        long start = channel.position();
        try {
            while (line.hasRemaining()) {
                channel.write(line);
            }
        } catch (IOException e) {
            channel.truncate(start);
            throw e;
        }
    }

    /**
     * Reads all complete lines.
     *
     * @param file the file
     * @return the objects in order; empty if the file does not exist
     * @throws IOException if it cannot be read
     * @throws InvalidInputException if a complete line is no JSON object, naming file and line
     */
    public static List<JsonObject> read(Path file) throws IOException {
        List<JsonObject> objects = new ArrayList<>();
        if (!Files.exists(file)) {
            return objects;
        }
        byte[] bytes = Files.readAllBytes(file);
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] != '\n') {
            end--; // a cut line may end within a character
        }
        String[] lines = new String(bytes, 0, end, StandardCharsets.UTF_8).split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            if (!lines[i].isBlank()) {
                objects.add(JsonObject.of(file, object(file, i + 1, lines[i])));
            }
        }
        return objects;
    }

    private static ObjectNode object(Path file, int line, String text) {
        try {
            JsonNode node = Json.mapper().readTree(text);
            if (node instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException malformed) {
            throw new InvalidInputException(
                    file + ": line " + line + " is not valid JSON, expected an object", malformed);
        }
        throw new InvalidInputException(file + ": line " + line + " is no JSON object, expected one per line");
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
