package dev.assay.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Damages files: at random bytes, or as JSON that remains well-formed. */
final class Mutator {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final String[] NUMBERS = {
        "0",
        "-1",
        "1",
        "2",
        "3",
        "255",
        "65536",
        "1000000000",
        "2147483647",
        "2147483648",
        "-2147483648",
        "4294967295",
        "4294967296",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "0.5",
        "-0.0",
        "1e3",
        "1e30",
        "1e308",
        "1e999",
        "1e-999",
        "1e999999999",
        "NaN",
        "Infinity",
        "-Infinity",
        "123456789012345678901234567890"
    };
    private static final String[] TEXTS = {
        "",
        " ",
        "..",
        "../x",
        "/etc/passwd",
        "a\\b",
        "C:\\x",
        "\0",
        "\uD800",
        "\uFEFF",
        "😀",
        "F32",
        "BF16",
        "I8",
        "U64",
        "F8_E4M3",
        "null",
        "gpt_neox",
        "gpt2",
        "gelu",
        "linear",
        "default",
        "BPE",
        "Unigram",
        "WordPiece",
        "WordLevel",
        "ByteLevel",
        "Sequence",
        "Metaspace",
        "Split",
        "Regex",
        "(",
        "(?<",
        "[a",
        "a{99999}",
        "(a*)*b",
        "\\p{Foo}",
        "config.json",
        "model.safetensors",
        "folder.safetensors",
        "shard-2.safetensors"
    };

    private final SplittableRandom random;

    Mutator(SplittableRandom random) {
        this.random = random;
    }

    /** Returns true once in a number of calls. */
    boolean chance(int calls) {
        return random.nextInt(calls) == 0;
    }

    /** Returns bytes with some flipped bits. */
    byte[] flipped(byte[] original) {
        byte[] result = original.clone();
        flip(result, 1 + random.nextInt(4));
        return result;
    }

    /** Returns a JSON text with a random change of its tree, of its characters, or of both. */
    byte[] json(byte[] original) throws IOException {
        byte[] result = original;
        int rounds = 1 + random.nextInt(3);
        for (int i = 0; i < rounds; i++) {
            JsonNode tree = random.nextInt(4) == 0 ? null : parsed(result);
            result = tree == null ? bytes(result) : tree(tree).getBytes(StandardCharsets.UTF_8);
        }
        return result;
    }

    /** Returns a safetensors file with a damaged header, and sometimes a damaged length or data. */
    byte[] safetensors(byte[] header, byte[] data) throws IOException {
        byte[] damaged = json(header);
        long length = random.nextInt(8) == 0 ? random.nextLong() >> random.nextInt(64) : damaged.length;
        ByteBuffer file =
                ByteBuffer.allocate(Long.BYTES + damaged.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(length).put(damaged).put(data);
        return random.nextInt(8) == 0 ? bytes(file.array()) : file.array();
    }

    private static JsonNode parsed(byte[] json) {
        try {
            return MAPPER.readTree(json);
        } catch (IOException damaged) {
            return null;
        }
    }

    /** Returns bytes with some changed, removed, duplicated or added. */
    byte[] bytes(byte[] original) {
        int at = random.nextInt(original.length + 1);
        int end = Math.min(original.length, at + 1 + random.nextInt(1 + Math.min(64, original.length)));
        byte[] result = original.clone();
        switch (random.nextInt(8)) {
            case 0 -> flip(result, 1 + random.nextInt(8));
            case 1 -> result = joined(original, 0, at);
            case 2 -> result = joined(original, 0, at, end, original.length);
            case 3 -> result = joined(original, 0, end, at, original.length);
            case 4 -> result = inserted(original, at, new byte[] {(byte) 0xc3, (byte) 0x28, (byte) 0xff, 0});
            case 5 -> result = number(original);
            case 6 ->
                result = inserted(
                        original, at, "[{".repeat(1 + random.nextInt(3000)).getBytes());
            default ->
                result = inserted(
                        original, at, "x".repeat(1 + random.nextInt(100_000)).getBytes());
        }
        return result;
    }

    private void flip(byte[] bytes, int times) {
        for (int i = 0; i < times && bytes.length > 0; i++) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
    }

    private static byte[] joined(byte[] bytes, int... bounds) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < bounds.length; i += 2) {
            out.write(bytes, bounds[i], bounds[i + 1] - bounds[i]);
        }
        return out.toByteArray();
    }

    private static byte[] inserted(byte[] bytes, int at, byte[] more) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, at);
        out.writeBytes(more);
        out.write(bytes, at, bytes.length - at);
        return out.toByteArray();
    }

    /** Replaces a number in the text. */
    private byte[] number(byte[] bytes) {
        List<Integer> starts = new ArrayList<>();
        for (int i = 1; i < bytes.length; i++) {
            if (Character.isDigit(bytes[i]) && !Character.isDigit(bytes[i - 1])) {
                starts.add(i);
            }
        }
        if (starts.isEmpty()) {
            return bytes.clone();
        }
        int from = starts.get(random.nextInt(starts.size()));
        int to = from;
        while (to < bytes.length && Character.isDigit(bytes[to])) {
            to++;
        }
        return inserted(
                joined(bytes, 0, from, to, bytes.length), from, pick(NUMBERS).getBytes());
    }

    private String pick(String[] values) {
        return values[random.nextInt(values.length)];
    }

    /** A value in a tree: a field of an object, or an entry of an array if the key is null. */
    private record Place(JsonNode parent, String key, int index) {
        JsonNode get() {
            return key == null ? parent.get(index) : parent.get(key);
        }

        void set(JsonNode value) {
            if (key == null) {
                ((ArrayNode) parent).set(index, value);
            } else {
                ((ObjectNode) parent).set(key, value);
            }
        }

        void remove() {
            if (key == null) {
                ((ArrayNode) parent).remove(index);
            } else {
                ((ObjectNode) parent).remove(key);
            }
        }
    }

    private static void collect(JsonNode node, List<Place> places) {
        if (node.isObject()) {
            for (Map.Entry<String, JsonNode> entry : node.properties()) {
                places.add(new Place(node, entry.getKey(), -1));
                collect(entry.getValue(), places);
            }
        }
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            places.add(new Place(node, null, i));
            collect(node.get(i), places);
        }
    }

    private String tree(JsonNode root) {
        List<Place> places = new ArrayList<>();
        collect(root, places);
        if (places.isEmpty()) {
            return value(root).toString();
        }
        Place place = chosen(places);
        switch (random.nextInt(7)) {
            case 0 -> place.remove();
            case 1 -> place.set(places.get(random.nextInt(places.size())).get().deepCopy());
            case 2 -> rename(place);
            case 3 -> {
                return doubled(root, place);
            }
            default -> place.set(value(place.get()));
        }
        return root.toString();
    }

    /** Selects a value, preferably near the root: most values of a tokenizer are entries of its vocabulary. */
    private Place chosen(List<Place> places) {
        Place deep = places.get(random.nextInt(places.size()));
        List<Place> small =
                places.stream().filter(place -> place.parent.size() <= 24).toList();
        return small.isEmpty() || random.nextInt(5) == 0 ? deep : small.get(random.nextInt(small.size()));
    }

    private void rename(Place place) {
        JsonNode value = place.get();
        if (place.key == null) {
            place.set(NODES.objectNode().set(pick(TEXTS), value));
        } else {
            place.remove();
            ((ObjectNode) place.parent).set(random.nextBoolean() ? pick(TEXTS) : place.key + "x", value);
        }
    }

    /** Duplicates a key. */
    private String doubled(JsonNode root, Place place) {
        if (place.key == null) {
            ((ArrayNode) place.parent).insert(place.index, place.get().deepCopy());
            return root.toString();
        }
        String key = NODES.textNode(place.key).toString();
        String mark = "\u0001mark";
        ((ObjectNode) place.parent).set(mark, NODES.nullNode());
        return root.toString().replace(NODES.textNode(mark) + ":null", key + ":" + value(place.get()));
    }

    /** Returns a value close to the previous one, or of another type. */
    private JsonNode value(JsonNode before) {
        return switch (random.nextInt(12)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2, 3, 4 -> NODES.rawValueNode(new RawValue(pick(NUMBERS)));
            case 5, 6 -> NODES.textNode(pick(TEXTS));
            case 7 -> NODES.textNode("y".repeat(random.nextInt(50_000)));
            case 8 -> NODES.arrayNode();
            case 9 -> NODES.objectNode();
            case 10 -> nested(1 + random.nextInt(300));
            default -> NODES.textNode(before.isTextual() ? before.textValue() + "z" : before.toString());
        };
    }

    private JsonNode nested(int depth) {
        boolean object = random.nextBoolean();
        String open = (object ? "{\"a\":" : "[").repeat(depth);
        String close = (object ? "}" : "]").repeat(depth);
        return NODES.rawValueNode(new RawValue(open + "1" + close));
    }
}
