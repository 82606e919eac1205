package dev.assay.feature.prompt;

import dev.assay.InvalidInputException;
import dev.assay.text.tokenizer.Tokenizer;
import dev.assay.view.PlainText;
import java.util.Arrays;

/** Finds tokens by their text. */
public final class TokenLookup {
    private TokenLookup() {}

    /** Returns the id of the single token with a text. */
    public static int id(Tokenizer tokenizer, String text) {
        int[] ids = tokenizer.encode(text);
        if (ids.length == 1) {
            return ids[0];
        }
        // Some tokenizers change the start of a text, which may still be a token of the vocabulary.
        for (int id = 0; id < tokenizer.vocabularySize(); id++) {
            if (tokenizer.token(id).equals(text)) {
                return id;
            }
        }
        String pieces = String.join(
                ", ",
                Arrays.stream(ids)
                        .mapToObj(id -> "\"" + PlainText.token(tokenizer.token(id)) + "\"")
                        .toList());
        throw new InvalidInputException("\"" + PlainText.visible(text) + "\" is " + ids.length + " tokens to this model"
                + (ids.length == 0 ? "" : " (" + pieces + ")") + ", expected one");
    }
}
