package dev.assay.model;

import dev.assay.InvalidInputException;
import dev.assay.text.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Continues texts, as {@link HookedTransformer#generate(List, int, Sampling)} continues tokens.
 *
 * <pre>{@code
 * List<GeneratedText> texts = TextGenerator.of(model).newTokens(40).sampling(Sampling.random(1)).generate(List.of("Once upon a time"));
 * }</pre>
 */
public final class TextGenerator {
    private final HookedTransformer model;
    private int newTokens = 40;
    private Sampling sampling = Sampling.greedy();
    private boolean endsAtEos = true;

    private TextGenerator(HookedTransformer model) {
        this.model = model;
    }

    /**
     * Creates a generator with the default options.
     *
     * @param model a whole model with a tokenizer; the caller closes it
     * @return the generator
     */
    public static TextGenerator of(HookedTransformer model) {
        return new TextGenerator(model);
    }

    /**
     * Sets the largest number of tokens to add. Default: 40.
     *
     * @return this
     */
    public TextGenerator newTokens(int value) {
        newTokens = InvalidInputException.requireAtLeast(0, "the number of new tokens", value);
        return this;
    }

    /**
     * Sets the choice of the next token. Default: the most probable token.
     *
     * @return this
     */
    public TextGenerator sampling(Sampling value) {
        sampling = value;
        return this;
    }

    /**
     * Sets whether a text ends at the end-of-sequence token, if the tokenizer has one. Default: true.
     *
     * @return this
     */
    public TextGenerator endsAtEos(boolean value) {
        endsAtEos = value;
        return this;
    }

    /**
     * Continues prompts. BOS is prepended if the tokenizer {@linkplain Tokenizer#prependsBos prepends it} and the prompt lacks it.
     *
     * @param prompts texts with at least one token each
     * @return one continuation per prompt; a prompt's continuation does not depend on the other prompts
     * @throws InvalidInputException when a prompt is empty, or the model has no tokenizer
     */
    public List<GeneratedText> generate(List<String> prompts) {
        List<int[]> encoded = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            encoded.add(encoded(prompts.get(i), i + 1, prompts.size()));
        }
        int eos = endsAtEos ? model.tokenizer().eosId() : -1;
        List<List<Double>> logProbabilities = new ArrayList<>();
        prompts.forEach(prompt -> logProbabilities.add(new ArrayList<>()));
        List<int[]> texts = model.generate(encoded, newTokens, sampling, (text, token, logits) -> {
            logProbabilities.get(text).add(LogProbabilities.of(logits).of(token));
            return token != eos;
        });
        List<GeneratedText> results = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            results.add(result(prompts.get(i), encoded.get(i).length, texts.get(i), logProbabilities.get(i), eos));
        }
        return results;
    }

    private int[] encoded(String prompt, int number, int count) {
        Tokenizer tokenizer = model.tokenizer();
        int[] ids = tokenizer.encode(prompt);
        int bos = tokenizer.bosId();
        if (tokenizer.prependsBos() && (ids.length == 0 || ids[0] != bos)) {
            return IntStream.concat(IntStream.of(bos), IntStream.of(ids)).toArray();
        }
        if (ids.length == 0) {
            throw new InvalidInputException((count == 1 ? "the prompt" : "prompt " + number + " of " + count)
                    + " is empty, expected some text");
        }
        return ids;
    }

    private GeneratedText result(String prompt, int promptTokens, int[] ids, List<Double> logProbabilities, int eos) {
        List<String> texts = model.tokenizer().texts(ids).subList(promptTokens, ids.length);
        int[] added = Arrays.copyOfRange(ids, promptTokens, ids.length);
        boolean ended = added.length > 0 && added[added.length - 1] == eos;
        List<GeneratedToken> tokens = new ArrayList<>();
        for (int i = 0; i < added.length; i++) {
            tokens.add(new GeneratedToken(added[i], texts.get(i), logProbabilities.get(i)));
        }
        String text = String.join("", ended ? texts.subList(0, texts.size() - 1) : texts);
        return new GeneratedText(prompt, promptTokens, text, tokens, ended);
    }
}
