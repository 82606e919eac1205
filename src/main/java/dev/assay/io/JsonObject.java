package dev.assay.io;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A JSON object from a file. A missing field, or one of another type than requested, is reported as an {@link InvalidInputException} that
 * names the file, the field, the value found and the type expected. A field with the value null counts as missing.
 */
public final class JsonObject {
    private static final String COUNT = "an integer that is not negative";
    private static final String OBJECTS = "a list of objects";
    private static final String NUMBERS = "a list of numbers";

    private final Path file;
    private final String prefix;
    private final ObjectNode node;

    private JsonObject(Path file, String prefix, ObjectNode node) {
        this.file = file;
        this.prefix = prefix;
        this.node = node;
    }

    /**
     * Reads a file with a JSON object.
     *
     * @param file the file
     * @return the object
     * @throws IOException if the file cannot be read
     */
    public static JsonObject read(Path file) throws IOException {
        JsonNode node = Json.read(file);
        if (node instanceof ObjectNode object) {
            return new JsonObject(file, "", object);
        }
        throw new InvalidInputException(file + " holds " + kind(node) + ", expected a JSON object");
    }

    /**
     * Wraps an object that was read from a file.
     *
     * @param file the file, for messages
     * @param node the object
     * @return the object with typed fields
     */
    public static JsonObject of(Path file, ObjectNode node) {
        return new JsonObject(file, "", node);
    }

    /**
     * Returns the file, for messages.
     *
     * @return the file
     */
    public Path file() {
        return file;
    }

    /**
     * Returns the Jackson node, which must not be changed.
     *
     * @return the node
     */
    public ObjectNode node() {
        return node;
    }

    /**
     * Returns whether a field exists and is not null.
     *
     * @param field its name
     * @return true if it has a value
     */
    public boolean has(String field) {
        return node.hasNonNull(field);
    }

    /**
     * Returns a required 32-bit integer.
     *
     * @param field its name
     * @return its value
     */
    public int integer(String field) {
        JsonNode value = required(field, "an integer");
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw unexpected(field, "an integer");
        }
        return value.intValue();
    }

    /**
     * Returns an optional 32-bit integer.
     *
     * @param field its name
     * @param otherwise the value if the field is missing
     * @return its value
     */
    public int integer(String field, int otherwise) {
        return has(field) ? integer(field) : otherwise;
    }

    /**
     * Returns a required 32-bit integer above 0, such as a width.
     *
     * @param field its name
     * @return its value
     */
    public int positive(String field) {
        int value = integer(field);
        if (value < 1) {
            throw unexpected(field, "an integer above 0");
        }
        return value;
    }

    /**
     * Returns a required count.
     *
     * @param field its name
     * @return its value, an integer from 0 to 2^63 − 1
     */
    public long count(String field) {
        JsonNode value = required(field, COUNT);
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
            throw unexpected(field, COUNT);
        }
        return value.longValue();
    }

    /**
     * Returns a required number.
     *
     * @param field its name
     * @return its value
     */
    public double number(String field) {
        JsonNode value = required(field, "a number");
        if (!value.isNumber()) {
            throw unexpected(field, "a number");
        }
        return value.doubleValue();
    }

    /**
     * Returns an optional number.
     *
     * @param field its name
     * @param otherwise the value if the field is missing
     * @return its value
     */
    public double number(String field, double otherwise) {
        return has(field) ? number(field) : otherwise;
    }

    /**
     * Returns a required boolean.
     *
     * @param field its name
     * @return its value
     */
    public boolean bool(String field) {
        JsonNode value = required(field, "true or false");
        if (!value.isBoolean()) {
            throw unexpected(field, "true or false");
        }
        return value.booleanValue();
    }

    /**
     * Returns an optional boolean.
     *
     * @param field its name
     * @param otherwise the value if the field is missing
     * @return its value
     */
    public boolean bool(String field, boolean otherwise) {
        return has(field) ? bool(field) : otherwise;
    }

    /**
     * Returns a required string.
     *
     * @param field its name
     * @return its value
     */
    public String text(String field) {
        JsonNode value = required(field, "a string");
        if (!value.isTextual()) {
            throw unexpected(field, "a string");
        }
        return value.textValue();
    }

    /**
     * Returns an optional string.
     *
     * @param field its name
     * @param otherwise the value if the field is missing; may be null
     * @return its value
     */
    public String text(String field, String otherwise) {
        return has(field) ? text(field) : otherwise;
    }

    /**
     * Returns a required object.
     *
     * @param field its name
     * @return the object; its messages name this file and the full path of a field
     */
    public JsonObject object(String field) {
        if (required(field, "an object") instanceof ObjectNode object) {
            return new JsonObject(file, prefix + field + ".", object);
        }
        throw unexpected(field, "an object");
    }

    /**
     * Returns a required list of objects.
     *
     * @param field its name
     * @return the objects; their messages name this file and the full path of a field
     */
    public List<JsonObject> objects(String field) {
        JsonNode value = required(field, OBJECTS);
        List<JsonObject> objects = new ArrayList<>();
        for (JsonNode entry : value) {
            if (!(entry instanceof ObjectNode object)) {
                throw unexpected(field, OBJECTS);
            }
            objects.add(new JsonObject(file, prefix + field + "[" + objects.size() + "].", object));
        }
        if (!value.isArray()) {
            throw unexpected(field, OBJECTS);
        }
        return objects;
    }

    /**
     * Returns a required list of strings.
     *
     * @param field its name
     * @return the strings
     */
    public List<String> texts(String field) {
        JsonNode value = required(field, "a list of strings");
        List<String> texts = new ArrayList<>();
        for (JsonNode entry : value) {
            if (!entry.isTextual()) {
                throw unexpected(field, "a list of strings");
            }
            texts.add(entry.textValue());
        }
        if (!value.isArray()) {
            throw unexpected(field, "a list of strings");
        }
        return texts;
    }

    /**
     * Returns a required list of numbers.
     *
     * @param field its name
     * @return the numbers
     */
    public List<Double> numbers(String field) {
        JsonNode value = required(field, NUMBERS);
        if (!value.isArray()) {
            throw unexpected(field, NUMBERS);
        }
        List<Double> numbers = new ArrayList<>();
        for (JsonNode entry : value) {
            if (!entry.isNumber()) {
                throw unexpected(field, NUMBERS);
            }
            numbers.add(entry.doubleValue());
        }
        return numbers;
    }

    /**
     * Creates the exception for a field with an unusable value.
     *
     * @param field its name
     * @param expected what was expected, in words
     * @return the exception
     */
    public InvalidInputException unexpected(String field, String expected) {
        JsonNode value = node.path(field);
        return new InvalidInputException(
                file + ": " + prefix + field + " is " + brief(value) + ", expected " + expected);
    }

    private JsonNode required(String field, String expected) {
        JsonNode value = node.get(field);
        if (value == null || value.isNull()) {
            throw new InvalidInputException(file + " has no " + prefix + field + ", expected " + expected);
        }
        return value;
    }

    private static String brief(JsonNode value) {
        String text = value.isMissingNode() ? "missing" : value.toString();
        return text.length() > 80 ? text.substring(0, 77) + "..." : text;
    }

    private static String kind(JsonNode value) {
        return "a JSON " + value.getNodeType().name().toLowerCase(java.util.Locale.ROOT);
    }
}
