package dev.assay.explain.llm;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.stream.IntStream;

/** The form of an answer. */
public sealed interface AnswerFormat {
    /** Text without restrictions. */
    record Text() implements AnswerFormat {}

    /**
     * A JSON object. A model without {@link Ability#JSON_SCHEMA} ignores the schema, so the prompt should describe the object as well.
     *
     * @param name a short name of the schema: letters, digits and underscores
     * @param schema a JSON schema of an object, in which every property is required and no others are permitted
     */
    record JsonObjectOf(String name, ObjectNode schema) implements AnswerFormat {}

    /** The first tokens of a text: an answer that reaches its limit of tokens is no failure, and white space is an answer. */
    record Start() implements AnswerFormat {}

    /**
     * Returns the form of an answer of which only the first tokens are read.
     *
     * @return the start of a text
     */
    static AnswerFormat start() {
        return new Start();
    }

    /**
     * Returns the form of text without restrictions.
     *
     * @return plain text
     */
    static AnswerFormat text() {
        return new Text();
    }

    /**
     * Returns the form of an object with one list of integers.
     *
     * @param property the name of the list
     * @param length the number of entries
     * @param least the smallest entry
     * @param largest the largest entry
     * @return the form; the length is part of the schema
     */
    static AnswerFormat integers(String property, int length, int least, int largest) {
        ObjectNode list = JsonNodeFactory.instance.objectNode();
        list.put("type", "array");
        list.set("items", range(least, largest));
        list.put("minItems", length);
        list.put("maxItems", length);
        return object(property, list);
    }

    /**
     * Returns the form of an object with one integer.
     *
     * @param property the name of the integer
     * @param least the smallest value
     * @param largest the largest value
     * @return the form
     */
    static AnswerFormat integer(String property, int least, int largest) {
        return object(property, range(least, largest));
    }

    /** Lists the values: strict modes of some servers reject minimum and maximum, and all accept an enumeration. */
    private static ObjectNode range(int least, int largest) {
        ObjectNode range = JsonNodeFactory.instance.objectNode();
        range.put("type", "integer");
        IntStream.rangeClosed(least, largest).forEach(range.putArray("enum")::add);
        return range;
    }

    private static AnswerFormat object(String property, ObjectNode type) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        schema.put("type", "object");
        schema.putObject("properties").set(property, type);
        schema.putArray("required").add(property);
        schema.put("additionalProperties", false);
        return new JsonObjectOf(property, schema);
    }
}
