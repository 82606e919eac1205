package dev.assay.feature.store;

import java.util.Arrays;
import java.util.List;

/**
 * A piece of text on which a feature is active: the tokens around its peak.
 *
 * @param tokens the text of each token of the window
 * @param values the feature's activation at each of them, 0 where it is not active
 * @param peak the index in the window of its largest activation, the first of equal ones; of a top example, the largest of the context
 * @param document the number of the peak's document in the order of the corpus
 * @param position the number of the peak's token among all tokens read
 */
public record Example(List<String> tokens, float[] values, int peak, long document, long position) {
    /** Keeps its own copies. */
    public Example {
        tokens = List.copyOf(tokens);
        values = values.clone();
        if (tokens.size() != values.length || peak < 0 || peak >= values.length) {
            throw new IllegalArgumentException("an example of " + tokens.size() + " tokens has " + values.length
                    + " values and its peak at " + peak);
        }
    }

    /**
     * Returns the feature's activation at each token.
     *
     * @return a new array
     */
    @Override
    public float[] values() {
        return values.clone();
    }

    /**
     * Returns the activation at the peak.
     *
     * @return the largest of the values
     */
    public float peakValue() {
        return values[peak];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Example that
                && tokens.equals(that.tokens)
                && Arrays.equals(values, that.values)
                && peak == that.peak
                && document == that.document
                && position == that.position;
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(position) + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "Example[position=" + position + ", peak=" + peakValue() + ", text=" + String.join("", tokens) + "]";
    }
}
