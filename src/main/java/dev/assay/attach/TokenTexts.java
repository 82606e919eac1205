package dev.assay.attach;

import dev.assay.InvalidInputException;
import dev.assay.model.HookedTransformer;
import dev.assay.text.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;

/** Converts between single tokens and their texts. */
public final class TokenTexts {
    private final Tokenizer tokenizer; // null if the model has none

    private TokenTexts(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /**
     * Returns the texts of a model's tokens.
     *
     * @param model with a tokenizer or without
     * @return the texts
     */
    public static TokenTexts of(HookedTransformer model) {
        try {
            return new TokenTexts(model.tokenizer());
        } catch (InvalidInputException noTokenizer) {
            return new TokenTexts(null);
        }
    }

    /**
     * Returns the text of each token of a sequence, see {@link Tokenizer#texts}.
     *
     * @param tokens the ids
     * @return one text per token; {@code #id} for tokens without a text
     */
    public List<String> texts(int... tokens) {
        boolean known = tokenizer != null && Arrays.stream(tokens).allMatch(id -> id < tokenizer.vocabularySize());
        return known
                ? tokenizer.texts(tokens)
                : Arrays.stream(tokens).mapToObj(this::text).toList();
    }

    /**
     * Returns the text of a token outside any sequence, see {@link Tokenizer#token}.
     *
     * @param token its id
     * @return the text with its leading space; {@code #id} if there is no tokenizer or the tokenizer has no such token
     */
    public String text(int token) {
        return tokenizer == null || token >= tokenizer.vocabularySize() ? "#" + token : tokenizer.token(token);
    }

    /**
     * Returns the id of a single token.
     *
     * @param model has the tokenizer
     * @param text the token's text; most words are a single token only with the space before them
     * @return its id
     * @throws InvalidInputException when the text is not exactly one token
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
                    + ", expected the text of a single token, with the space before a word");
        }
        return tokens[0];
    }
}
