package dev.assay.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.Locale;

/** Reads a file with one JSON object a line. Blank lines and empty texts are passed over. */
final class JsonLinesReader implements DocumentReader {
    private final TextFile file;
    private final TextFaults faults;
    private final BufferedReader reader;
    private long line;
    private boolean anyText;

    JsonLinesReader(TextFile file, BufferedReader reader) {
        this.file = file;
        this.faults = new TextFaults(file.path());
        this.reader = reader;
    }

    @Override
    public Document next() throws IOException {
        for (String json = readLine(); json != null; json = readLine()) {
            String text = json.isBlank() ? "" : textOf(json);
            if (!text.isEmpty()) {
                anyText = true;
                return new Document(file.name() + ":" + line, text);
            }
        }
        if (!anyText) {
            throw new InvalidInputException(file.path()
                    + ": no line holds any text, expected JSON objects with the field \"" + file.jsonField() + "\"");
        }
        return null;
    }

    private String readLine() throws IOException {
        String json = faults.guard(reader::readLine);
        line++;
        return json;
    }

    private String textOf(String json) {
        JsonNode node;
        try {
            node = Json.mapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw bad("not JSON (" + e.getOriginalMessage() + ")", e);
        }
        if (node == null || !node.isObject()) {
            throw bad("found JSON that is no object", null);
        }
        JsonNode text = node.get(file.jsonField());
        if (text == null) {
            throw bad("found no field \"" + file.jsonField() + "\"", null);
        }
        if (!text.isTextual()) {
            throw bad(
                    "found the field \"" + file.jsonField() + "\" with a value of type "
                            + text.getNodeType().name().toLowerCase(Locale.ROOT),
                    null);
        }
        return text.textValue();
    }

    private InvalidInputException bad(String found, Throwable cause) {
        return new InvalidInputException(
                file.path() + " line " + line + ": " + found + ", expected a JSON object with a string in the field \""
                        + file.jsonField() + "\"",
                cause);
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
