package dev.assay.explain.measure;

import dev.assay.InvalidInputException;

/** Losses of the tokens of a text given a prefix, in nats. */
public final class Surprisal {
    private Surprisal() {}

    /**
     * Returns {@code −log softmax(logits)[token]} in float64.
     *
     * @param logits logits of one or more positions
     * @param start the index of the first logit of the position
     * @param vocabulary the number of logits of the position
     * @param token the token id, from 0 to {@code vocabulary − 1}
     * @return at least 0
     * @throws InvalidInputException if the token or the position is out of range
     */
    public static double loss(float[] logits, int start, int vocabulary, int token) {
        InvalidInputException.require(
                start >= 0 && start + vocabulary <= logits.length && token >= 0 && token < vocabulary,
                () -> "the token id is " + token + ", expected 0 to " + (vocabulary - 1) + ", at a position from "
                        + start + " of " + logits.length + " logits");
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = start; i < start + vocabulary; i++) {
            largest = Math.max(largest, logits[i]);
        }
        double sum = 0;
        for (int i = start; i < start + vocabulary; i++) {
            sum += Math.exp(logits[i] - largest);
        }
        return Math.log(sum) - (logits[start + token] - largest);
    }

    /**
     * Returns the gain by an explanation: the mean loss given an uninformative prefix minus the mean loss given the explanation. The first
     * token of the text is left out, as in delphi.
     *
     * @param uninformed losses of the n tokens given the uninformative prefix, n at least 2
     * @param informed losses of the same tokens given the explanation
     * @return above 0 if the explanation makes the text more likely
     * @throws InvalidInputException if the numbers differ or are below 2
     */
    public static double gain(double[] uninformed, double[] informed) {
        Arguments.requireEqual("losses without and with the explanation", uninformed.length, informed.length);
        InvalidInputException.requireAtLeast(2, "the number of tokens of a text", uninformed.length);
        return mean(uninformed) - mean(informed);
    }

    private static double mean(double[] losses) {
        double sum = 0;
        for (int i = 1; i < losses.length; i++) {
            sum += losses[i];
        }
        return sum / (losses.length - 1);
    }
}
