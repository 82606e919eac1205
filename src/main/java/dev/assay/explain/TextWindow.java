package dev.assay.explain;

import dev.assay.InvalidInputException;
import java.util.Arrays;
import java.util.List;

/**
 * Consecutive tokens of one document and context, with the activations of one feature. It has no special tokens.
 *
 * @param document the index of the document in corpus order
 * @param start the position of the first token in the feature store
 * @param ids the token ids, [tokens], at least one
 * @param tokens the text of each token; joined, the text of the window
 * @param activations the activation of the feature at each token, [tokens], 0 where silent
 * @param stratum the group of windows that it was drawn from
 * @param weight the number of windows of the corpus part that it represents, at least 0: proportional to the inverse of its inclusion
 *     probability. The weights of a decile sum to its size, and those of {@link Stratum#NEGATIVES} to the number of silent windows
 */
public record TextWindow(
        long document,
        long start,
        int[] ids,
        List<String> tokens,
        float[] activations,
        Stratum stratum,
        double weight) {
    /** Copies the arrays and the list, and checks that they have equal lengths. */
    public TextWindow {
        ids = ids.clone();
        tokens = List.copyOf(tokens);
        activations = activations.clone();
        if (ids.length == 0 || ids.length != tokens.size() || ids.length != activations.length) {
            throw new InvalidInputException("a window has " + ids.length + " ids, " + tokens.size() + " texts and "
                    + activations.length + " activations, expected equal numbers above 0");
        }
        InvalidInputException.require(weight >= 0, "the weight of a window", weight, "a number from 0");
    }

    /**
     * Returns the token ids.
     *
     * @return a copy, [tokens]
     */
    @Override
    public int[] ids() {
        return ids.clone();
    }

    /**
     * Returns the activations.
     *
     * @return a copy, [tokens]
     */
    @Override
    public float[] activations() {
        return activations.clone();
    }

    /** {@return the number of tokens} */
    public int length() {
        return ids.length;
    }

    /**
     * Returns the token id at an index.
     *
     * @param index from 0 to {@code length() - 1}
     * @return the id
     */
    public int id(int index) {
        return ids[index];
    }

    /**
     * Returns the activation at an index.
     *
     * @param index from 0 to {@code length() - 1}
     * @return the activation, 0 where silent
     */
    public float activation(int index) {
        return activations[index];
    }

    /** {@return the largest activation, 0 for a silent window} */
    public float max() {
        float max = 0;
        for (float activation : activations) {
            max = Math.max(max, activation);
        }
        return max;
    }

    /** {@return the number of tokens with an activation above 0} */
    public int activeTokens() {
        int active = 0;
        for (float activation : activations) {
            active += activation > 0 ? 1 : 0;
        }
        return active;
    }

    /** {@return whether an activation is above 0} */
    public boolean isActive() {
        return max() > 0;
    }

    /** {@return the text} */
    public String text() {
        return String.join("", tokens);
    }

    /** {@return the identity in files: document and first position, such as {@code 12:3456}} */
    public String id() {
        return document + ":" + start;
    }

    /**
     * Returns the same tokens with another stratum and weight.
     *
     * @param other the stratum
     * @param windows the weight
     * @return a new window
     */
    public TextWindow weighted(Stratum other, double windows) {
        return new TextWindow(document, start, ids, tokens, activations, other, windows);
    }

    /**
     * Returns some of the tokens.
     *
     * @param from the index of the first token
     * @param to the index after the last token, above {@code from}
     * @return a new window with the same stratum and weight
     */
    public TextWindow between(int from, int to) {
        return new TextWindow(
                document,
                start + from,
                Arrays.copyOfRange(ids, from, to),
                tokens.subList(from, to),
                Arrays.copyOfRange(activations, from, to),
                stratum,
                weight);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TextWindow that
                && document == that.document
                && start == that.start
                && Arrays.equals(ids, that.ids)
                && tokens.equals(that.tokens)
                && Arrays.equals(activations, that.activations)
                && stratum == that.stratum
                && weight == that.weight;
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(start) + Arrays.hashCode(activations);
    }

    @Override
    public String toString() {
        return "TextWindow[" + id() + ", " + stratum + ", weight=" + weight + ", max=" + max() + ", text=" + text()
                + "]";
    }
}
