package dev.assay.model;

import dev.assay.InvalidInputException;
import java.util.Arrays;
import java.util.function.Function;

/** Continues texts token by token, each from the whole text so far. */
final class Generator {
    private final int contextLength;
    private final Function<int[], float[]> nextLogits;

    /** Makes a generator for a model, given as what maps a text of at most the context length to the logits behind its last token. */
    Generator(int contextLength, Function<int[], float[]> nextLogits) {
        this.contextLength = contextLength;
        this.nextLogits = nextLogits;
    }

    /** Returns the prompt and what follows. */
    int[] continueText(int[] prompt, int newTokens, Sampling sampling) {
        if (prompt.length == 0) {
            throw new InvalidInputException("the prompt has no tokens, expected at least one");
        }
        if (newTokens < 0) {
            throw new InvalidInputException("the number of new tokens is " + newTokens + ", expected at least 0");
        }
        NextToken next = new NextToken(sampling);
        int[] ids = Arrays.copyOf(prompt, prompt.length + newTokens);
        for (int length = prompt.length; length < ids.length; length++) {
            int from = Math.max(0, length - contextLength);
            ids[length] = next.draw(nextLogits.apply(Arrays.copyOfRange(ids, from, length)));
        }
        return ids;
    }
}
