package dev.assay.text.document;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import java.io.IOException;
import java.util.Locale;

/** Reads a file with one JSON object per line. Blank lines, empty texts and nulls are skipped. */
final class JsonLinesReader implements DocumentReader {
    private final TextFile file;
    private final JsonField field;
    private final LineReader lines;
    private boolean anyText;

    JsonLinesReader(TextFile file, LineReader lines) {
        this.file = file;
        this.field = new JsonField(file.field());
        this.lines = lines;
    }

    @Override
    public Document next() throws IOException {
        while (lines.next()) {
            String text = lines.isBlank() ? "" : textOf(lines.text());
            if (!text.isEmpty()) {
                anyText = true;
                return new Document(file.name() + ":" + lines.number(), text);
            }
        }
        if (!anyText) {
            throw new InvalidInputException(file.path()
                    + ": no line has any text, expected JSON objects with the field \"" + file.field() + "\"");
        }
        return null;
    }

    /** Skips lines. Only a line that may have no text is parsed: an empty string is always written as two quotation marks. */
    @Override
    public long skip(long documents) throws IOException {
        long skipped = 0;
        while (skipped < documents && lines.next()) {
            boolean doubtful = lines.contains("\"\"") || lines.contains("null");
            if (!lines.isBlank() && !(doubtful && textOf(lines.text()).isEmpty())) {
                anyText = true;
                skipped++;
            }
        }
        return skipped;
    }

    private String textOf(String json) {
        JsonNode node;
        try {
            node = Json.mapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw bad("not JSON (" + e.getOriginalMessage() + ")", e);
        }
        if (node == null || !node.isObject()) {
            throw bad("found JSON that is not an object", null);
        }
        JsonNode text = field.of(node);
        if (text == null) {
            throw bad("found no field \"" + file.field() + "\"", null);
        }
        if (text.isNull()) {
            return "";
        }
        if (!text.isTextual()) {
            throw bad(
                    "found the field \"" + file.field() + "\" with a value of type "
                            + text.getNodeType().name().toLowerCase(Locale.ROOT),
                    null);
        }
        return text.textValue();
    }

    private InvalidInputException bad(String found, Throwable cause) {
        return new InvalidInputException(
                file.path() + " line " + lines.number() + ": " + found
                        + ", expected a JSON object with a string in the field \"" + file.field() + "\"",
                cause);
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
