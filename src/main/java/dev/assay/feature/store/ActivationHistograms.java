package dev.assay.feature.store;

import java.util.Arrays;

/**
 * One histogram of positive values per latent, with {@link #BINS} equal bins over [0, 2^e), where 2^e is the smallest power of two above
 * the maximum of the latent.
 *
 * <p>A value outside the range doubles the range until it fits and merges bins in pairs. Bin widths are powers of two, so merging is exact:
 * the result equals that of a second pass with the final range and does not depend on the order of the values.
 */
final class ActivationHistograms {
    /** A power of two, so that merging bins is exact. The maximum is in the upper half of the bins unless it is below 2^-61. */
    static final int BINS = 64;

    private static final int NONE = Integer.MIN_VALUE;

    /** The smallest exponent of a range, which keeps the scale a finite float. */
    private static final int SMALLEST_EXPONENT = -60;

    private final int[] counts; // [latents, BINS]
    private final int[] exponents; // [latents]
    private final float[] scales; // [latents], BINS / 2^exponent; infinite before the first value

    ActivationHistograms(int latents) {
        counts = new int[Math.multiplyExact(latents, BINS)];
        exponents = new int[latents];
        scales = new float[latents];
        Arrays.fill(exponents, NONE);
        Arrays.fill(scales, Float.POSITIVE_INFINITY);
    }

    /** Counts a positive finite value. */
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
                // A shift of 6 or more maps every bin to the first; Java computes shift distances modulo 32.
                counts[first + (bin >> Math.min(doublings, 31))] += count;
            }
        }
        exponents[latent] = exponent;
        scales[latent] = Math.scalb((float) BINS, -exponent);
    }

    /** Returns the counts, [latents, BINS]. */
    int[] counts() {
        return counts;
    }

    /** Returns the bin width of each latent, [latents]; 0 for a latent without values. */
    float[] binWidths() {
        float[] widths = new float[scales.length];
        for (int latent = 0; latent < widths.length; latent++) {
            widths[latent] = 1 / scales[latent];
        }
        return widths;
    }
}
