package dev.assay.feature.store;

import java.util.Arrays;
import java.util.List;

/**
 * A window of tokens around a peak activation of a feature.
 *
 * @param tokens the text of each token of the window
 * @param values the activation of the feature at each token of the window, 0 where inactive
 * @param peak the index in the window of the maximum activation, the first of equal ones; for top examples also the maximum of the context
 * @param document the index of the document of the peak in corpus order
 * @param position the position of the peak in the store
 */
public record Example(List<String> tokens, float[] values, int peak, long document, long position) {
    /** Copies the list and the array. */
    public Example {
        tokens = List.copyOf(tokens);
        values = values.clone();
        if (tokens.size() != values.length || peak < 0 || peak >= values.length) {
            throw new IllegalArgumentException("an example has " + tokens.size() + " tokens, " + values.length
                    + " values and peak index " + peak + ", expected one value per token and a peak among them");
        }
    }

    /**
     * Returns the activation of the feature at each token of the window.
     *
     * @return a copy, [tokens]
     */
    @Override
    public float[] values() {
        return values.clone();
    }

    /**
     * Returns the activation at the peak.
     *
     * @return the maximum of the values
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
