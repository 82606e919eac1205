package dev.assay.model;

import dev.assay.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Continues texts token by token, each from the whole text so far. */
public final class Generator {
    private final int contextLength;
    private final Function<List<int[]>, float[]> nextLogits;

    /**
     * Makes a generator for a model, given as what maps texts of at most the context length to the logits behind their last tokens,
     * one text's after the other's.
     */
    public Generator(int contextLength, Function<List<int[]>, float[]> nextLogits) {
        this.contextLength = contextLength;
        this.nextLogits = nextLogits;
    }

    /** Returns each prompt with what follows; each has draws of its own, so that it is continued as it would be alone. */
    public List<int[]> continueTexts(List<int[]> prompts, int newTokens, Sampling sampling) {
        InvalidInputException.requireAtLeast(0, "the number of new tokens", newTokens);
        List<int[]> texts = new ArrayList<>();
        List<NextToken> draws = new ArrayList<>();
        for (int[] prompt : prompts) {
            if (prompt.length == 0) {
                throw new InvalidInputException("the prompt has no tokens, expected at least one");
            }
            texts.add(Arrays.copyOf(prompt, prompt.length + newTokens));
            draws.add(new NextToken(sampling));
        }
        for (int added = 0; added < newTokens; added++) {
            List<int[]> windows = new ArrayList<>();
            for (int i = 0; i < texts.size(); i++) {
                int length = prompts.get(i).length + added;
                windows.add(Arrays.copyOfRange(texts.get(i), Math.max(0, length - contextLength), length));
            }
            float[] logits = nextLogits.apply(windows);
            int vocabulary = logits.length / texts.size();
            for (int i = 0; i < texts.size(); i++) {
                float[] row = Arrays.copyOfRange(logits, i * vocabulary, (i + 1) * vocabulary);
                texts.get(i)[prompts.get(i).length + added] = draws.get(i).draw(row);
            }
        }
        return texts;
    }
}
