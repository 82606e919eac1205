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

/** JSON files. For fields whose absence or type should be explained to a person, see {@link JsonObject}. */
public final class Json {
    // Python writes NaN and Infinity into JSON, so files from there may hold them.
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    /**
     * Returns the mapper that Assay reads and writes JSON with; not to be configured further.
     *
     * @return the mapper
     */
    public static ObjectMapper mapper() {
        return MAPPER;
    }

    /**
     * Reads a file that holds one JSON value.
     *
     * @param file the file
     * @return the value
     * @throws IOException if the file cannot be read
     * @throws InvalidInputException if it holds no JSON, naming the line
     */
    public static JsonNode read(Path file) throws IOException {
        JsonNode node;
        try (InputStream in = Files.newInputStream(file)) {
            node = MAPPER.readTree(in);
        } catch (JsonProcessingException | MalformedInputException malformed) {
            throw new InvalidInputException(file + " is not valid JSON: " + reason(malformed), malformed);
        }
        if (node.isMissingNode()) {
            throw new InvalidInputException(file + " is empty, expected JSON");
        }
        return node;
    }

    /**
     * Returns a value as indented text that ends in a line break.
     *
     * @param node the value
     * @return the text
     */
    public static String pretty(JsonNode node) {
        return node.toPrettyString() + "\n";
    }

    /** Says what is wrong and where, without the parser's account of its own source. */
    public static String reason(IOException failure) {
        if (!(failure instanceof JsonProcessingException malformed)) {
            return failure.getMessage();
        }
        // The parser says of places that it mentions that their source is not shown.
        String message = malformed
                .getOriginalMessage()
                .replaceAll("\\[Source: [^;\\]]*; line: (\\d+), column: (\\d+)\\]", "line $1, column $2");
        return malformed.getLocation() == null
                ? message
                : message + " (line " + malformed.getLocation().getLineNr() + ", column "
                        + malformed.getLocation().getColumnNr() + ")";
    }
}
