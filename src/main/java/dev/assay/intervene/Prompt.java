package dev.assay.intervene;

import dev.assay.InvalidInputException;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.SparseAutoencoder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A text as a model reads it.
 *
 * @param tokens the ids, at least one and no more than the context takes
 * @param texts the text of each token
 */
public record Prompt(int[] tokens, List<String> texts) {
    /** Takes tokens as they are. */
    public static Prompt of(HookedTransformer model, int... tokens) {
        if (tokens.length == 0) {
            throw new InvalidInputException("the prompt has no tokens, expected at least one");
        }
        int longest = model.config().contextLength();
        if (tokens.length > longest) {
            throw new InvalidInputException("the prompt has " + tokens.length
                    + " tokens, expected at most the model's context length, " + longest);
        }
        int vocabulary = model.config().vocabularySize();
        for (int token : tokens) {
            if (token < 0 || token >= vocabulary) {
                throw new InvalidInputException(
                        "token id " + token + " is not in the model's vocabulary, expected 0 to " + (vocabulary - 1));
            }
        }
        TokenTexts texts = TokenTexts.of(model);
        return new Prompt(
                tokens.clone(), Arrays.stream(tokens).mapToObj(texts::text).toList());
    }

    /** Reads a text as a dictionary was trained: after the token that begins a text, if its metadata say so and there is one. */
    public static Prompt of(HookedTransformer model, String text, SparseAutoencoder sae) {
        int[] tokens = model.tokenizer().encode(text);
        if (tokens.length == 0) {
            throw new InvalidInputException("the prompt is empty, expected some text");
        }
        int bos = model.tokenizer().bosId();
        boolean prepend = sae.metadata().prependBos() && bos >= 0 && tokens[0] != bos;
        return of(
                model,
                prepend
                        ? IntStream.concat(IntStream.of(bos), IntStream.of(tokens))
                                .toArray()
                        : tokens);
    }

    /** {@return the number of tokens} */
    public int length() {
        return tokens.length;
    }

    /** {@return the token ids} */
    public long[] ids() {
        return Arrays.stream(tokens).asLongStream().toArray();
    }
}
