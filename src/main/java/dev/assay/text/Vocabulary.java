package dev.assay.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/** The tokens of a {@code tokenizer.json}: the model's and those added to it. */
final class Vocabulary {
    private final Map<String, Integer> ids = new HashMap<>();
    private final BitSet special = new BitSet();
    private final String[] pieces;

    private Vocabulary(JsonNode tokenizer) {
        JsonNode vocabulary = tokenizer.path("model").path("vocab");
        if (vocabulary.isArray()) {
            // A unigram model lists pairs of a piece and its score; the position is the id.
            for (int id = 0; id < vocabulary.size(); id++) {
                ids.put(vocabulary.get(id).path(0).asText(), id);
            }
        } else {
            vocabulary
                    .properties()
                    .forEach(entry -> ids.put(entry.getKey(), entry.getValue().asInt()));
        }
        for (JsonNode added : tokenizer.path("added_tokens")) {
            int id = added.path("id").asInt();
            ids.put(added.path("content").asText(), id);
            if (added.path("special").asBoolean()) {
                special.set(id);
            }
        }
        pieces = new String[ids.values().stream().mapToInt(id -> id + 1).max().orElse(0)];
        ids.forEach((piece, id) -> pieces[id] = piece);
    }

    static Vocabulary of(JsonNode tokenizer, Path file) {
        Vocabulary vocabulary = new Vocabulary(tokenizer);
        if (vocabulary.size() == 0) {
            throw new InvalidInputException(file + ": found no tokens under model.vocab, expected a tokenizer.json");
        }
        return vocabulary;
    }

    int size() {
        return pieces.length;
    }

    int id(String piece) {
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
