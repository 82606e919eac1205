package dev.assay.text.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/** The tokens of a {@code tokenizer.json}: the model's and the added ones. */
final class Vocabulary {
    /** Limit of a token's length: native code recurses over its characters and would overflow the stack. */
    private static final int LONGEST_PIECE = 2000;
    /** Limit of unused ids relative to the number of tokens, so that the table of ids stays in proportion to the file. */
    private static final int MOST_GAPS = 1 << 16;

    private final Path file;
    private final Map<String, Integer> ids = new HashMap<>();
    private final BitSet special = new BitSet();
    private final String[] pieces;

    private Vocabulary(JsonNode tokenizer, Path file) {
        this.file = file;
        JsonNode vocabulary = tokenizer.path("model").path("vocab");
        if (vocabulary.isArray()) {
            // A unigram model lists pairs of token and score; the id is the index.
            for (int id = 0; id < vocabulary.size(); id++) {
                put(vocabulary.get(id).path(0).asText(), id);
            }
        } else {
            for (Map.Entry<String, JsonNode> entry : vocabulary.properties()) {
                put(entry.getKey(), id(entry.getKey(), entry.getValue(), vocabulary.size()));
            }
        }
        JsonNode added = tokenizer.path("added_tokens");
        for (JsonNode token : added) {
            String piece = token.path("content").asText();
            int id = id(piece, token.path("id"), vocabulary.size() + added.size());
            put(piece, id);
            special.set(id, token.path("special").asBoolean());
        }
        pieces = new String[ids.values().stream().mapToInt(id -> id + 1).max().orElse(0)];
        ids.forEach((piece, id) -> pieces[id] = piece);
    }

    private void put(String piece, int id) {
        if (piece.length() > LONGEST_PIECE) {
            throw new InvalidInputException(file + ": token " + piece + " has " + piece.length()
                    + " characters, expected at most " + LONGEST_PIECE);
        }
        ids.put(piece, id);
    }

    private int id(String piece, JsonNode value, int tokens) {
        long largest = 2L * tokens + MOST_GAPS;
        if (!value.isIntegralNumber()
                || !value.canConvertToInt()
                || value.intValue() < 0
                || value.intValue() > largest) {
            throw new InvalidInputException(file + ": the id of token " + piece + " is " + value
                    + ", expected an integer from 0 to " + largest);
        }
        return value.intValue();
    }

    static Vocabulary of(JsonNode tokenizer, Path file) {
        Vocabulary vocabulary = new Vocabulary(tokenizer, file);
        if (vocabulary.size() == 0) {
            throw new InvalidInputException(
                    file + ": found no tokens under model.vocab, expected a valid tokenizer.json");
        }
        return vocabulary;
    }

    int size() {
        return pieces.length;
    }

    public int id(String piece) {
        return ids.getOrDefault(piece, -1);
    }

    boolean has(int id) {
        return id >= 0 && id < pieces.length && pieces[id] != null;
    }

    String piece(int id) {
        return has(id) ? pieces[id] : "";
    }

    boolean isSpecial(int id) {
        return special.get(id);
    }
}
