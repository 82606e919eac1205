package dev.assay.audit.seal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.text.document.LineReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One guess of an auditor. The order of the guesses is their rank.
 *
 * @param kind the kind of fact, as in {@link TruthItem}
 * @param value the guessed value
 */
public record Guess(String kind, String value) {
    /** Checks the values. */
    public Guess {
        InvalidInputException.require(!kind.isBlank(), "the kind of a guess is empty, expected a word");
        InvalidInputException.require(!value.isBlank(), "the value of a guess is empty, expected a text");
    }

    /**
     * Reads guesses, one JSON object with {@code kind} and {@code value} per line. Blank lines are skipped; other fields are ignored.
     *
     * @param file the file
     * @return the guesses, the most certain first
     * @throws IOException if the file cannot be read
     * @throws InvalidInputException if a line is unusable, naming file and line, or there is none
     */
    public static List<Guess> read(Path file) throws IOException {
        List<Guess> guesses = new ArrayList<>();
        try (LineReader lines = LineReader.open(file)) {
            while (lines.next()) {
                if (!lines.isBlank()) {
                    guesses.add(guess(file, lines.number(), lines.text()));
                }
            }
        }
        InvalidInputException.require(
                !guesses.isEmpty(), () -> file + " has no guesses, expected one JSON object per line");
        return guesses;
    }

    private static Guess guess(Path file, long line, String text) {
        String place = file + " line " + line + ": ";
        if (!(parsed(place, text) instanceof ObjectNode object)) {
            throw new InvalidInputException(place + "found JSON that is not an object, expected an object");
        }
        for (String field : List.of("kind", "value")) {
            InvalidInputException.require(
                    object.path(field).isTextual(),
                    () -> place + field + " is "
                            + (object.has(field) ? object.get(field).toString() : "missing") + ", expected a string");
        }
        try {
            return new Guess(object.get("kind").textValue(), object.get("value").textValue());
        } catch (InvalidInputException e) {
            throw new InvalidInputException(place + e.getMessage(), e);
        }
    }

    private static JsonNode parsed(String place, String text) {
        try {
            return Json.mapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new InvalidInputException(place + "not JSON (" + e.getOriginalMessage() + "), expected an object", e);
        }
    }
}
