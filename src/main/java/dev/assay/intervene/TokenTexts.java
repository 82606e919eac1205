package dev.assay.intervene;

import dev.assay.InvalidInputException;
import dev.assay.model.HookedTransformer;
import dev.assay.text.tokenizer.Tokenizer;

/** The texts of tokens, and the tokens that texts are. */
public final class TokenTexts {
    private final Tokenizer tokenizer; // null where the model came without one

    private TokenTexts(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    static TokenTexts of(HookedTransformer model) {
        try {
            return new TokenTexts(model.tokenizer());
        } catch (InvalidInputException noTokenizer) {
            return new TokenTexts(null);
        }
    }

    /** Returns the text of a token with its leading space; its number where there is no tokenizer, or it knows no such token. */
    String text(int token) {
        return tokenizer == null || token >= tokenizer.vocabularySize() ? "#" + token : tokenizer.token(token);
    }

    /**
     * Returns the one token that a text is.
     *
     * @param model has the tokenizer
     * @param text the token's text; most words have a token of their own with the space before them only
     * @return its id
     * @throws InvalidInputException when the text is no token, or several
     */
    public static int single(HookedTransformer model, String text) {
        int[] tokens = model.tokenizer().encode(text);
        if (tokens.length != 1) {
            TokenTexts texts = of(model);
            StringBuilder parts = new StringBuilder();
            for (int token : tokens) {
                parts.append(parts.isEmpty() ? "" : ", ")
                        .append('"')
                        .append(texts.text(token))
                        .append('"');
            }
            throw new InvalidInputException("\"" + text + "\" is " + tokens.length + " tokens"
                    + (tokens.length == 0 ? "" : " (" + parts + ")")
                    + ", expected the text of a single one, with the space before a word");
        }
        return tokens[0];
    }
}
