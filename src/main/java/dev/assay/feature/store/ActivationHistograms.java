package dev.assay.feature.store;

import java.util.Arrays;

/**
 * A histogram of positive values for each latent, of {@link #BINS} equal bins over [0, 2^e), where 2^e is the smallest power of two
 * above the latent's largest value.
 *
 * <p>When a larger value arrives the range doubles and bins merge in pairs. The edges are powers of two, so that nothing is
 * rounded: the result is the one that a second pass with the final range would give, in any order of the values.
 */
final class ActivationHistograms {
    /** A power of two, so that merging bins is exact. At least half of them are in use. */
    static final int BINS = 64;

    private static final int NONE = Integer.MIN_VALUE;

    /** Values below this power of two share the first bin, which keeps the scale a finite float. */
    private static final int SMALLEST_EXPONENT = -60;

    private final int[] counts; // [latents, BINS]
    private final int[] exponents; // [latents]
    private final float[] scales; // BINS / 2^exponent; infinite while there are no values

    ActivationHistograms(int latents) {
        counts = new int[Math.multiplyExact(latents, BINS)];
        exponents = new int[latents];
        scales = new float[latents];
        Arrays.fill(exponents, NONE);
        Arrays.fill(scales, Float.POSITIVE_INFINITY);
    }

    /** Counts a value that is positive and finite. */
    void add(int latent, float value) {
        float bin = value * scales[latent];
        if (bin >= BINS) {
            widen(latent, Math.max(SMALLEST_EXPONENT, Math.getExponent(value) + 1));
            bin = value * scales[latent];
        }
        counts[latent * BINS + (int) bin]++;
    }

    private void widen(int latent, int exponent) {
        int first = latent * BINS;
        if (exponents[latent] != NONE) {
            int doublings = exponent - exponents[latent];
            for (int bin = 0; bin < BINS; bin++) {
                int count = counts[first + bin];
                counts[first + bin] = 0;
                // A shift of 6 or more puts everything in the first bin; Java would take it modulo 32.
                counts[first + (bin >> Math.min(doublings, 31))] += count;
            }
        }
        exponents[latent] = exponent;
        scales[latent] = Math.scalb((float) BINS, -exponent);
    }

    /** The counts, [latents, BINS]. */
    int[] counts() {
        return counts;
    }

    /** The width of each latent's bins, 0 where it has no values. */
    float[] binWidths() {
        float[] widths = new float[scales.length];
        for (int latent = 0; latent < widths.length; latent++) {
            widths[latent] = 1 / scales[latent];
        }
        return widths;
    }
}
