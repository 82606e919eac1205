package dev.assay.explain.llm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.FileFailures;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Requests with their answers as JSON lines. Every line is on disk before its answer is used, so a killed process loses only the requests in
 * flight; an incomplete last line is removed when the file is opened. One process writes a file at a time. Thread-safe.
 */
final class AnswerFile implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;
    private final Map<String, Line> lines = new HashMap<>();
    private long end;

    /** The bytes of a line in the file. */
    private record Line(long start, int length) {}

    private AnswerFile(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Opens a file.
     *
     * @param file created if missing
     * @throws InvalidInputException if a complete line is no record of a request, or another process writes the file
     */
    static AnswerFile open(Path file) throws IOException {
        FileFailures.createFolder(file.toAbsolutePath().getParent());
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            InvalidInputException.require(
                    locks(channel),
                    () -> file + " is being written by another process, expected a file without another writer");
            AnswerFile opened = new AnswerFile(file, channel);
            opened.index();
            return opened;
        } catch (IOException | RuntimeException failure) {
            channel.close();
            throw failure;
        }
    }

    /** Locks the file until its channel is closed. */
    private static boolean locks(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException sameProcess) {
            return false;
        }
    }

    private void index() throws IOException {
        // Not closed: closing the stream closes the channel.
        InputStream in = new BufferedInputStream(Channels.newInputStream(channel), 1 << 16);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        long start = 0;
        int number = 1;
        for (int next = in.read(); next >= 0; next = in.read()) {
            if (next != '\n') {
                line.write(next);
                continue;
            }
            if (line.size() > 0) {
                String key = parsed(line.toByteArray(), number).text("key");
                lines.put(key, new Line(start, line.size()));
            }
            start += line.size() + 1;
            line.reset();
            number++;
        }
        if (line.size() > 0) {
            channel.truncate(start);
        }
        end = start;
    }

    private JsonObject parsed(byte[] line, int number) {
        try {
            JsonNode node = Json.mapper().readTree(line);
            if (node instanceof ObjectNode object && object.path("key").isTextual()) {
                return JsonObject.of(file, object);
            }
        } catch (IOException malformed) {
            throw damaged(number, malformed);
        }
        throw damaged(number, null);
    }

    private InvalidInputException damaged(int number, IOException cause) {
        return new InvalidInputException(
                file + ": line " + number + " is no record of a request, expected a JSON object with a key", cause);
    }

    /** Returns the answer of a key. */
    synchronized Optional<JsonObject> find(String key) throws IOException {
        Line line = lines.get(key);
        if (line == null) {
            return Optional.empty();
        }
        ByteBuffer bytes = ByteBuffer.allocate(line.length());
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, line.start() + bytes.position()) < 0) {
                throw new InvalidInputException(file + " became shorter while it was open");
            }
        }
        JsonNode record = Json.mapper().readTree(bytes.array());
        return Optional.of(JsonObject.of(file, (ObjectNode) record).object("answer"));
    }

    /** Appends an answer and forces it to disk. */
    synchronized void append(String key, ObjectNode request, ObjectNode answer) throws IOException {
        ObjectNode record = JsonNodeFactory.instance.objectNode();
        record.put("key", key);
        record.set("request", request);
        record.set("answer", answer);
        byte[] line = (record + "\n").getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.wrap(line);
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes, end + bytes.position());
            }
            channel.force(false);
        } catch (IOException failure) {
            throw FileFailures.named(file, failure);
        }
        lines.put(key, new Line(end, line.length - 1));
        end += line.length;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
