package dev.assay.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.assay.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads and writes JSON files. {@link JsonObject} has typed fields with error messages for users. */
public final class Json {
    // Python writes NaN and Infinity into JSON.
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    /**
     * Returns the shared mapper, which must not be configured.
     *
     * @return the mapper
     */
    public static ObjectMapper mapper() {
        return MAPPER;
    }

    /**
     * Reads a file with one JSON value.
     *
     * @param file the file
     * @return the value
     * @throws IOException if the file cannot be read
     * @throws InvalidInputException if it is not valid JSON, naming the line
     */
    public static JsonNode read(Path file) throws IOException {
        JsonNode node;
        try (InputStream in = Files.newInputStream(file)) {
            node = MAPPER.readTree(in);
        } catch (JsonProcessingException | MalformedInputException malformed) {
            throw new InvalidInputException(file + " is not valid JSON: " + reason(malformed), malformed);
        } catch (IOException failure) {
            throw FileFailures.named(file, failure);
        }
        if (node.isMissingNode()) {
            throw new InvalidInputException(file + " is empty, expected JSON");
        }
        return node;
    }

    /**
     * Returns a value as indented text that ends in a newline.
     *
     * @param node the value
     * @return the text
     */
    public static String pretty(JsonNode node) {
        return node.toPrettyString() + "\n";
    }

    /** Returns the problem and its location, without the parser's description of its source. */
    public static String reason(IOException failure) {
        if (!(failure instanceof JsonProcessingException malformed)) {
            return failure.getMessage();
        }
        // The parser adds "[Source: REDACTED]" to every location.
        String message = malformed
                .getOriginalMessage()
                .replaceAll("\\[Source: [^;\\]]*; line: (\\d+), column: (\\d+)\\]", "line $1, column $2");
        return malformed.getLocation() == null
                ? message
                : message + " (line " + malformed.getLocation().getLineNr() + ", column "
                        + malformed.getLocation().getColumnNr() + ")";
    }
}
