package dev.assay.model;

import dev.assay.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;

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

    /** {@return the prompts with their continuations, see {@link #continueTexts(List, int, Sampling, GenerationListener)}} */
    public List<int[]> continueTexts(List<int[]> prompts, int newTokens, Sampling sampling) {
        return continueTexts(prompts, newTokens, sampling, GenerationListener.NONE);
    }

    /**
     * Continues prompts. Each prompt has its own random stream, so that the other prompts do not affect it.
     *
     * @param prompts at least one token each
     * @param newTokens the largest number of tokens to add to each prompt
     * @param sampling the choice of the next token
     * @param listener receives each new token; a text that it ends is not computed further
     * @return the prompts with their continuations
     */
    public List<int[]> continueTexts(
            List<int[]> prompts, int newTokens, Sampling sampling, GenerationListener listener) {
        return continueTexts(prompts, newTokens, text -> sampling, listener);
    }

    /** Continues prompts with a choice of the next token per prompt, such as different seeds. */
    List<int[]> continueTexts(
            List<int[]> prompts, int newTokens, IntFunction<Sampling> samplings, GenerationListener listener) {
        InvalidInputException.requireAtLeast(0, "the number of new tokens", newTokens);
        List<Text> texts = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            if (prompts.get(i).length == 0) {
                throw new InvalidInputException("a prompt has no tokens, expected at least one");
            }
            texts.add(new Text(i, prompts.get(i), newTokens, new NextToken(samplings.apply(i))));
        }
        List<Text> growing = texts;
        for (int added = 0; added < newTokens && !growing.isEmpty(); added++) {
            float[] logits = nextLogits.apply(
                    growing.stream().map(text -> text.latest(contextLength)).toList());
            int vocabulary = logits.length / growing.size();
            List<Text> next = new ArrayList<>();
            for (int i = 0; i < growing.size(); i++) {
                float[] row = Arrays.copyOfRange(logits, i * vocabulary, (i + 1) * vocabulary);
                if (growing.get(i).grow(row, listener)) {
                    next.add(growing.get(i));
                }
            }
            growing = next;
        }
        return texts.stream().map(text -> text.latest(Integer.MAX_VALUE)).toList();
    }

    /** A text with space for its continuation. */
    private static final class Text {
        private final int number;
        private final int[] tokens;
        private final NextToken next;
        private int length;

        Text(int number, int[] prompt, int newTokens, NextToken next) {
            this.number = number;
            this.tokens = Arrays.copyOf(prompt, prompt.length + newTokens);
            this.next = next;
            this.length = prompt.length;
        }

        int[] latest(int count) {
            return Arrays.copyOfRange(tokens, Math.max(0, length - count), length);
        }

        /** Adds a token and returns whether the text continues. */
        boolean grow(float[] logits, GenerationListener listener) {
            int token = next.draw(logits);
            tokens[length] = token;
            length++;
            return listener.added(number, token, logits);
        }
    }
}
