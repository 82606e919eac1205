package dev.assay.feature;

import java.util.Arrays;

/**
 * The examples of all latents in compressed rows: those of latent i are the entries from {@code offsets[i]} up to
 * {@code offsets[i + 1]}, strongest first.
 *
 * @param offsets [latents + 1]
 * @param width the number of columns of {@code tokens} and {@code values}
 * @param tokens token ids of each window, [examples, width], filled up with {@link #NO_TOKEN}
 * @param values the latent's activation at each of them, [examples, width]
 * @param lengths the number of tokens of each window
 * @param peaks the peak's column
 * @param positions the number of the peak's token among all tokens read
 * @param documents the number of the peak's document
 */
record ExampleTable(
        long[] offsets,
        int width,
        int[] tokens,
        float[] values,
        int[] lengths,
        int[] peaks,
        long[] positions,
        long[] documents) {
    static final int NO_TOKEN = -1;

    static ExampleTable empty(long[] offsets, int width) {
        int rows = Math.toIntExact(offsets[offsets.length - 1]);
        int cells = Math.multiplyExact(rows, width);
        return new ExampleTable(
                offsets,
                width,
                new int[cells],
                new float[cells],
                new int[rows],
                new int[rows],
                new long[rows],
                new long[rows]);
    }

    int rows() {
        return lengths.length;
    }

    int first(int latent) {
        return (int) offsets[latent];
    }

    int end(int latent) {
        return (int) offsets[latent + 1];
    }

    /** Returns the token ids of one window. */
    int[] window(int row) {
        return Arrays.copyOfRange(tokens, row * width, row * width + lengths[row]);
    }

    /** Returns the activations along one window. */
    float[] activations(int row) {
        return Arrays.copyOfRange(values, row * width, row * width + lengths[row]);
    }

    /** Returns the token id at the peak. */
    int peakToken(int row) {
        return tokens[row * width + peaks[row]];
    }
}
