package dev.assay.feature.scan;

import java.util.Arrays;
import java.util.Comparator;

/**
 * A strong activation with a window of tokens in its context.
 *
 * @param value the activation at the peak
 * @param document the index of the document of the peak in corpus order
 * @param position the position of the peak: token {@code position % contextLength} of context {@code position / contextLength}
 * @param peak the index of the peak in the window
 * @param ids the token ids of the window
 * @param values the activations of the latent at the tokens of the window, 0 where inactive
 */
public record ScanExample(float value, long document, long position, int peak, int[] ids, float[] values) {
    /** The order of examples: descending activation, then document, then position. */
    public static final Comparator<ScanExample> ORDER = Comparator.comparing(
                    ScanExample::value, Comparator.reverseOrder())
            .thenComparingLong(ScanExample::document)
            .thenComparingLong(ScanExample::position);

    @Override
    public boolean equals(Object other) {
        return other instanceof ScanExample that
                && value == that.value
                && document == that.document
                && position == that.position
                && peak == that.peak
                && Arrays.equals(ids, that.ids)
                && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(position);
    }

    @Override
    public String toString() {
        return "ScanExample[value=" + value + ", document=" + document + ", position=" + position + "]";
    }
}
