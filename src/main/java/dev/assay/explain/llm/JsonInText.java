package dev.assay.explain.llm;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import java.io.IOException;
import java.util.Optional;

/** Finds JSON in an answer that can have other text around it. */
public final class JsonInText {
    private static final ObjectReader READER =
            Json.mapper().readerFor(JsonNode.class).without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private JsonInText() {}

    /**
     * A JSON object within a text.
     *
     * @param start the position of its brace in the text
     * @param end the position after its last brace
     * @param value the object
     */
    public record Found(int start, int end, ObjectNode value) {}

    /**
     * Returns the last complete object of a text that is not part of another one. Models that explain their answer write it last.
     *
     * @param text the answer
     * @return the object; empty if there is none
     */
    public static Optional<Found> object(String text) {
        Optional<Found> last = Optional.empty();
        int at = text.indexOf('{');
        while (at >= 0) {
            Optional<Found> here = at(text, at);
            last = here.isPresent() ? here : last;
            at = text.indexOf('{', here.map(Found::end).orElse(at + 1));
        }
        return last;
    }

    private static Optional<Found> at(String text, int start) {
        try (JsonParser parser = Json.mapper().createParser(text.substring(start))) {
            JsonNode value = READER.readValue(parser);
            int end = start + (int) parser.currentLocation().getCharOffset();
            return value instanceof ObjectNode object ? Optional.of(new Found(start, end, object)) : Optional.empty();
        } catch (IOException malformed) {
            return Optional.empty();
        }
    }
}
