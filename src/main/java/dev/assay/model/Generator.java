package dev.assay.model;

import dev.assay.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Continues texts token by token. */
public final class Generator {
    private final int contextLength;
    private final Function<List<int[]>, float[]> nextLogits;

    /**
     * Creates a generator.
     *
     * @param contextLength the number of latest tokens that the model reads
     * @param nextLogits computes the logits after the last token of each text, text by text
     */
    public Generator(int contextLength, Function<List<int[]>, float[]> nextLogits) {
        this.contextLength = contextLength;
        this.nextLogits = nextLogits;
    }

    /** {@return the prompts with their continuations; each prompt has its own random stream, so the others do not affect it} */
    public List<int[]> continueTexts(List<int[]> prompts, int newTokens, Sampling sampling) {
        InvalidInputException.requireAtLeast(0, "the number of new tokens", newTokens);
        List<int[]> texts = new ArrayList<>();
        List<NextToken> draws = new ArrayList<>();
        for (int[] prompt : prompts) {
            if (prompt.length == 0) {
                throw new InvalidInputException("a prompt has no tokens, expected at least one");
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
