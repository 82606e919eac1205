package dev.assay.explain.llm;

import dev.assay.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The key of a server, read from an environment variable. Its text appears in one header only. */
final class ApiKey {
    private static final int SHORTEST_SECRET = 12;

    private final String variable;
    private final String key;

    private ApiKey(String variable, String key) {
        this.variable = variable;
        this.key = key;
    }

    /** Reads a key; an unset or empty variable means no key. */
    static ApiKey of(Map<String, String> environment, String variable) {
        String key = environment.getOrDefault(variable, "").strip();
        boolean printable = key.chars().allMatch(character -> character > ' ' && character < 0x7F);
        InvalidInputException.require(
                printable,
                "the environment variable " + variable
                        + " holds white space or characters outside ASCII, expected the key of a server");
        return new ApiKey(variable, key);
    }

    boolean isPresent() {
        return !key.isEmpty();
    }

    String variable() {
        return variable;
    }

    /** Returns the value of the header Authorization. */
    String header() {
        return "Bearer " + key;
    }

    /** Replaces the key in a text of the server, which may repeat it in an error message. */
    String removedFrom(String text) {
        return key.isEmpty() ? text : text.replace(key, "***");
    }

    /** Replaces the key in the body of a response. Short keys are dummies of local servers, such as "none", and stay. */
    byte[] removedFrom(byte[] body) {
        String text = key.length() < SHORTEST_SECRET ? "" : new String(body, StandardCharsets.UTF_8);
        return text.contains(key) && !key.isEmpty() ? removedFrom(text).getBytes(StandardCharsets.UTF_8) : body;
    }

    /** Returns the name of the variable, without the key. */
    @Override
    public String toString() {
        return variable;
    }
}
