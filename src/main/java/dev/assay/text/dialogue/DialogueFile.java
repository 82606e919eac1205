package dev.assay.text.dialogue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.AtomicFiles;
import dev.assay.io.Json;
import dev.assay.text.document.LineReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Labelled dialogues in a file with one JSON object per line.
 *
 * <pre>{@code
 * {"id": "7", "label": "watched", "turns": [{"role": "user", "text": "Tell me."}, {"role": "assistant", "text": "No."}]}
 * {"id": "8", "label": "free", "text": "A text without turns.", "pair": "p1", "group": "g1"}
 * }</pre>
 *
 * <p>{@code id} may be an integer; without it, the id is the name of the file with the line number. {@code label} is required, and either
 * {@code turns} or {@code text}. {@code pair} and {@code group} are optional. Other fields are ignored. Blank lines are skipped.
 */
public final class DialogueFile {
    private DialogueFile() {}

    /**
     * Reads a file.
     *
     * @param file {@code .jsonl}, also {@code .jsonl.gz} and {@code .jsonl.zst}
     * @return the dialogues in order, at least one
     * @throws InvalidInputException if a line is unusable or two lines have one id, naming file, line and field
     * @throws IOException if the file cannot be read
     */
    public static List<LabelledDialogue> read(Path file) throws IOException {
        List<LabelledDialogue> dialogues = new ArrayList<>();
        Map<String, Long> linesOfIds = new HashMap<>();
        try (LineReader lines = LineReader.open(file)) {
            while (lines.next()) {
                if (lines.isBlank()) {
                    continue;
                }
                Line line = new Line(file, lines.number(), lines.text());
                LabelledDialogue dialogue = line.dialogue();
                Long earlier = linesOfIds.putIfAbsent(dialogue.id(), lines.number());
                if (earlier != null) {
                    throw line.error("id", "is \"" + dialogue.id() + "\" as in line " + earlier, "an id of its own");
                }
                dialogues.add(dialogue);
            }
        }
        if (dialogues.isEmpty()) {
            throw new InvalidInputException(file + " has no lines, expected one JSON object per line");
        }
        return dialogues;
    }

    /**
     * Writes a file that {@link #read} reads. A dialogue of one {@link Role#DOCUMENT} turn is written with the field {@code text}.
     *
     * @param file the file, replaced if it exists
     * @param dialogues the dialogues
     * @throws IOException if the file cannot be written; a previous file is then unchanged
     */
    public static void write(Path file, List<LabelledDialogue> dialogues) throws IOException {
        AtomicFiles.write(file, out -> {
            for (LabelledDialogue dialogue : dialogues) {
                out.write((json(dialogue) + "\n").getBytes(StandardCharsets.UTF_8));
            }
        });
    }

    private static ObjectNode json(LabelledDialogue labelled) {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("id", labelled.id()).put("label", labelled.label());
        if (!labelled.pair().isEmpty()) {
            json.put("pair", labelled.pair());
        }
        if (!labelled.group().isEmpty()) {
            json.put("group", labelled.group());
        }
        List<Turn> turns = labelled.dialogue().turns();
        if (turns.size() == 1 && turns.get(0).role().equals(Role.DOCUMENT)) {
            json.put("text", turns.get(0).text());
            return json;
        }
        ArrayNode array = json.putArray("turns");
        for (Turn turn : turns) {
            array.addObject().put("role", turn.role().name()).put("text", turn.text());
        }
        return json;
    }

    /** One line of a file. */
    private record Line(Path file, long number, String text) {
        LabelledDialogue dialogue() {
            JsonNode json;
            try {
                json = Json.mapper().readTree(text);
            } catch (JsonProcessingException e) {
                throw new InvalidInputException(
                        place() + "not JSON (" + e.getOriginalMessage() + "), expected an object", e);
            }
            if (!json.isObject()) {
                throw new InvalidInputException(place() + "found JSON that is not an object, expected an object");
            }
            String id = optional(json, "id");
            String label = required(json, "label", "label");
            return new LabelledDialogue(
                    id.isEmpty() ? file.getFileName() + ":" + number : id,
                    label,
                    optional(json, "pair"),
                    optional(json, "group"),
                    turns(json));
        }

        private Dialogue turns(JsonNode json) {
            JsonNode turns = json.path("turns");
            if (json.hasNonNull("text") == json.hasNonNull("turns")) {
                String found = json.hasNonNull("text") ? "has both text and turns" : "has neither text nor turns";
                throw new InvalidInputException(place() + found + ", expected one of them");
            }
            if (json.hasNonNull("text")) {
                return Dialogue.document(text(json.get("text"), "text"));
            }
            if (!turns.isArray() || turns.isEmpty()) {
                throw error("turns", "is " + brief(turns), "a list of at least one turn");
            }
            List<Turn> list = new ArrayList<>();
            for (JsonNode turn : turns) {
                String field = "turns[" + list.size() + "]";
                if (!turn.isObject()) {
                    throw error(field, "is " + brief(turn), "an object with role and text");
                }
                String role = required(turn, "role", field + ".role");
                if (!turn.has("text")) {
                    throw error(field + ".text", "is missing", "a string");
                }
                list.add(turn(role, text(turn.get("text"), field + ".text"), field));
            }
            return new Dialogue(list);
        }

        private Turn turn(String role, String content, String field) {
            try {
                return new Turn(new Role(role), content);
            } catch (InvalidInputException e) {
                throw new InvalidInputException(place() + field + ".role: " + e.getMessage(), e);
            }
        }

        private String required(JsonNode json, String key, String field) {
            String value = optional(json, key, field);
            if (value.isEmpty()) {
                throw error(field, json.hasNonNull(key) ? "is empty" : "is missing", "a string");
            }
            return value;
        }

        private String optional(JsonNode json, String key) {
            return optional(json, key, key);
        }

        private String optional(JsonNode json, String key, String field) {
            JsonNode value = json.path(key);
            if (value.isMissingNode() || value.isNull()) {
                return "";
            }
            return value.isIntegralNumber() || value.isBoolean() ? value.asText() : text(value, field);
        }

        private String text(JsonNode value, String field) {
            if (!value.isTextual()) {
                throw error(field, "is " + brief(value), "a string");
            }
            return value.textValue();
        }

        InvalidInputException error(String field, String found, String expected) {
            return new InvalidInputException(place() + field + " " + found + ", expected " + expected);
        }

        private String place() {
            return file + " line " + number + ": ";
        }

        private static String brief(JsonNode value) {
            String json = value.toString();
            return json.length() > 80 ? json.substring(0, 77) + "..." : json;
        }
    }
}
