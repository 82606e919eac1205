package dev.assay.attach;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.SaeMetadata;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The tokens of a prompt as a model reads them.
 *
 * @param tokens the ids, at least one and at most the model's context length
 * @param texts the text of each token; joined, the text of the prompt
 */
public record PromptTokens(int[] tokens, List<String> texts) {
    /**
     * Uses tokens as they are.
     *
     * @param model the model
     * @param tokens ids
     * @return the prompt
     * @throws InvalidInputException when there are no tokens, more than the context length, or ids outside the vocabulary
     */
    public static PromptTokens of(HookedTransformer model, int... tokens) {
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
        return new PromptTokens(tokens.clone(), TokenTexts.of(model).texts(tokens));
    }

    /**
     * Tokenizes a text as the dictionary was trained: BOS is prepended if the dictionary was trained with it and the tokenizer has one,
     * unless the text already starts with it. If the metadata do not say, the tokenizer decides
     * ({@link dev.assay.text.tokenizer.Tokenizer#prependsBos}).
     *
     * @param model has the tokenizer
     * @param text some text
     * @param metadata of the dictionary
     * @return the prompt
     * @throws InvalidInputException when the text is empty or longer than the context
     */
    public static PromptTokens of(HookedTransformer model, String text, SaeMetadata metadata) {
        int[] tokens = model.tokenizer().encode(text);
        if (tokens.length == 0) {
            throw new InvalidInputException("the prompt is empty, expected some text");
        }
        int bos = model.tokenizer().bosId();
        boolean trained = metadata.statedPrependBos().orElseGet(model.tokenizer()::prependsBos);
        boolean prepend = trained && bos >= 0 && tokens[0] != bos;
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

    /**
     * Returns the prompt as input of a model.
     *
     * @param model owns the result
     * @param copies how often the prompt is repeated
     * @return int64 [copies, position]
     */
    public NDArray batch(HookedTransformer model, int copies) {
        long[] all = new long[copies * tokens.length];
        Arrays.setAll(all, i -> tokens[i % tokens.length]);
        return model.manager().create(all, new Shape(copies, tokens.length));
    }
}
