package dev.assay.feature.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.text.tokenizer.Tokenizer;
import java.util.BitSet;

/**
 * The rules for joining the tokens of a sequence, as recorded in the manifest.
 *
 * @param complete whether the store has the bytes of each token; stores of earlier versions have the text of each token alone
 * @param dropsFirstSpace whether the first token of a document loses the space at its start
 * @param special the ids of the special tokens
 */
record TextRules(boolean complete, boolean dropsFirstSpace, BitSet special) {
    private static final String FIELD = "token_text";
    private static final String DROPS_FIRST_SPACE = "drops_first_space";
    private static final String SPECIAL = "special_tokens";

    static TextRules of(Tokenizer tokenizer) {
        BitSet special = new BitSet();
        for (int id = 0; id < tokenizer.vocabularySize(); id++) {
            special.set(id, tokenizer.isSpecial(id));
        }
        return new TextRules(true, tokenizer.detokenizer().dropsFirstSpace(), special);
    }

    void write(ObjectNode manifest) {
        if (complete) {
            ObjectNode rules = manifest.putObject(FIELD).put(DROPS_FIRST_SPACE, dropsFirstSpace);
            rules.set(SPECIAL, Json.mapper().valueToTree(special.stream().toArray()));
        }
    }

    static TextRules read(JsonObject manifest) {
        BitSet special = new BitSet();
        if (!manifest.has(FIELD)) {
            return new TextRules(false, false, special);
        }
        JsonObject rules = manifest.object(FIELD);
        for (JsonNode id : rules.node().path(SPECIAL)) {
            if (!id.canConvertToInt() || id.intValue() < 0) {
                throw rules.unexpected(SPECIAL, "a list of token ids");
            }
            special.set(id.intValue());
        }
        return new TextRules(true, rules.bool(DROPS_FIRST_SPACE), special);
    }
}
