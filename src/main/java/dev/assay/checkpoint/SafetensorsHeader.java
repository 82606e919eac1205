package dev.assay.checkpoint;

import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads and fully validates the header of a safetensors file: eight bytes of length, then JSON, then the data of the tensors.
 *
 * <p>As in the reference implementation of the format, the tensors must cover the data without gaps, overlap or remainder, so truncated
 * files and files with extra content are rejected.
 */
final class SafetensorsHeader {
    static final String METADATA = "__metadata__";
    static final int LENGTH_BYTES = Long.BYTES;
    private static final int ALIGNMENT = 8;
    private static final long LIMIT = 100_000_000;
    private static final ObjectReader READER =
            Json.mapper().reader().with(StreamReadFeature.STRICT_DUPLICATE_DETECTION);

    private final Path file;
    private final long dataBegin;
    private final long fileSize;
    private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private SafetensorsHeader(Path file, long dataBegin, long fileSize) {
        this.file = file;
        this.dataBegin = dataBegin;
        this.fileSize = fileSize;
    }

    /** Reads and validates the header of an open file. */
    static SafetensorsHeader read(Path file, FileChannel channel) throws IOException {
        long size = channel.size();
        if (size < LENGTH_BYTES) {
            throw new InvalidInputException(
                    file + " has " + size + " bytes, expected at least 8 for the length of a safetensors header");
        }
        long length = read(channel, 0, LENGTH_BYTES).getLong(0);
        if (length < 0 || length > LIMIT) {
            throw new InvalidInputException(file + " declares a header of " + Long.toUnsignedString(length)
                    + " bytes, expected at most " + LIMIT + ": it is probably not a safetensors file");
        }
        if (length > size - LENGTH_BYTES) {
            throw new InvalidInputException(file + " declares a header of " + length
                    + " bytes, expected at most the remaining " + (size - LENGTH_BYTES) + " bytes of the file");
        }
        SafetensorsHeader header = new SafetensorsHeader(file, LENGTH_BYTES + length, size);
        header.parse(read(channel, LENGTH_BYTES, (int) length).array());
        return header;
    }

    /** Returns tensors in file order: larger elements first, those of equal size by name, so that all are aligned. */
    static List<PlannedTensor> inOrder(List<PlannedTensor> tensors) {
        Comparator<PlannedTensor> smallestElement =
                Comparator.comparingInt(tensor -> tensor.type().bytes());
        return tensors.stream()
                .sorted(smallestElement.reversed().thenComparing(PlannedTensor::name))
                .toList();
    }

    /** Returns the header of a file of tensors: the length and the JSON, padded to a multiple of 8 bytes. */
    static byte[] bytes(List<PlannedTensor> inOrder, Map<String, String> metadata) {
        ObjectNode root = Json.mapper().createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode strings = root.putObject(METADATA);
            new TreeMap<>(metadata).forEach(strings::put);
        }
        long offset = 0;
        for (PlannedTensor tensor : inOrder) {
            ObjectNode info = root.putObject(tensor.name());
            info.put("dtype", tensor.type().name());
            ArrayNode shape = info.putArray("shape");
            for (long extent : tensor.shape().getShape()) {
                shape.add(extent);
            }
            long end = offset + tensor.bytes();
            info.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] json = root.toString().getBytes(StandardCharsets.UTF_8);
        int length = json.length + Math.floorMod(-json.length, ALIGNMENT);
        ByteBuffer header = ByteBuffer.allocate(LENGTH_BYTES + length).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(length).put(json);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.array();
    }

    /** Returns the tensors by name, in file order. */
    Map<String, TensorInfo> tensors() {
        return tensors;
    }

    /** Returns the position of the first byte of data. */
    long dataBegin() {
        return dataBegin;
    }

    Map<String, String> metadata() {
        return metadata;
    }

    private static ByteBuffer read(FileChannel channel, long position, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new EOFException("the file was truncated while it was read");
            }
        }
        return buffer;
    }

    private void parse(byte[] json) throws IOException {
        JsonNode root;
        try {
            root = READER.readTree(new String(json, StandardCharsets.UTF_8));
        } catch (IOException malformed) {
            throw new InvalidInputException(
                    file + " has a header that is not valid JSON: " + Json.reason(malformed), malformed);
        }
        if (!(root instanceof ObjectNode object)) {
            throw new InvalidInputException(file + " has a header that is not a JSON object");
        }
        List<TensorInfo> found = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            if (entry.getKey().equals(METADATA)) {
                parseMetadata(entry.getValue());
            } else {
                found.add(parseTensor(entry.getKey(), entry.getValue()));
            }
        }
        found.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
        checkCover(found);
        found.forEach(info -> tensors.put(info.name(), info));
    }

    private void parseMetadata(JsonNode node) {
        if (!node.isObject()) {
            throw new InvalidInputException(
                    file + ": " + METADATA + " in the header is " + node + ", expected an object");
        }
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (!entry.getValue().isTextual()) {
                throw new InvalidInputException(file + ": " + METADATA + "." + entry.getKey() + " in the header is "
                        + entry.getValue() + ", expected a string");
            }
            metadata.put(entry.getKey(), entry.getValue().textValue());
        }
    }

    private TensorInfo parseTensor(String name, JsonNode node) {
        StoredType type = StoredType.named(node.path("dtype").asText());
        if (type == null) {
            throw problem(name, "dtype", node, "one of " + StoredType.known());
        }
        long[] shape = naturals(name, "shape", node);
        long[] offsets = naturals(name, "data_offsets", node);
        if (offsets.length != 2) {
            throw problem(name, "data_offsets", node, "two numbers");
        }
        long available = fileSize - dataBegin;
        if (offsets[0] > offsets[1] || offsets[1] > available) {
            throw problem(
                    name,
                    "data_offsets",
                    node,
                    "an ascending pair within the " + available + " bytes of data in the file");
        }
        long bytes = size(name, type, shape, node);
        if (offsets[1] - offsets[0] != bytes) {
            throw problem(name, "data_offsets", node, bytes + " bytes for " + type + " " + node.path("shape"));
        }
        return new TensorInfo(name, type, new Shape(shape), dataBegin + offsets[0], dataBegin + offsets[1]);
    }

    private long[] naturals(String name, String field, JsonNode tensor) {
        JsonNode list = tensor.path(field);
        if (!list.isArray()) {
            throw problem(name, field, tensor, "a list of integers");
        }
        long[] numbers = new long[list.size()];
        for (int i = 0; i < numbers.length; i++) {
            JsonNode number = list.get(i);
            if (!number.isIntegralNumber() || !number.canConvertToLong() || number.longValue() < 0) {
                throw problem(name, field, tensor, "integers from 0 to " + Long.MAX_VALUE);
            }
            numbers[i] = number.longValue();
        }
        return numbers;
    }

    private long size(String name, StoredType type, long[] shape, JsonNode tensor) {
        long bytes = type.bytes();
        try {
            for (long extent : shape) {
                bytes = Math.multiplyExact(bytes, extent);
            }
        } catch (ArithmeticException overflow) {
            throw problem(name, "shape", tensor, "a tensor of less than 2^63 bytes");
        }
        return bytes;
    }

    private void checkCover(List<TensorInfo> inOrder) {
        long covered = dataBegin;
        String last = "the header";
        for (TensorInfo info : inOrder) {
            if (info.begin() != covered) {
                throw new InvalidInputException(file + ": tensor " + info.name() + " begins at byte "
                        + (info.begin() - dataBegin) + " of the data, expected " + (covered - dataBegin) + ", where "
                        + last + " ends");
            }
            covered = info.end();
            last = "tensor " + info.name();
        }
        if (covered != fileSize) {
            throw new InvalidInputException(
                    file + " has " + (fileSize - covered) + " bytes after the end of " + last + ", expected none");
        }
    }

    private InvalidInputException problem(String tensor, String field, JsonNode node, String expected) {
        JsonNode value = node.path(field);
        String found = value.isMissingNode() ? "missing" : value.toString();
        return new InvalidInputException(
                file + ": " + field + " of tensor " + tensor + " is " + found + ", expected " + expected);
    }
}
