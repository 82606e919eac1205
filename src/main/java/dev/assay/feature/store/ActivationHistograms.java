package dev.assay.feature.store;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One histogram of positive values per latent, with {@link #BINS} equal bins over [0, 2^e), where 2^e is the smallest power of two above
 * the maximum of the latent.
 *
 * <p>A value outside the range doubles the range until it fits and merges bins in pairs. Bin widths are powers of two, so merging is exact:
 * the result equals that of a second pass with the final range and does not depend on the order of the values.
 */
public final class ActivationHistograms {
    /** A power of two, so that merging bins is exact. The maximum is in the upper half of the bins unless it is below 2^-61. */
    static final int BINS = 64;

    private static final int NONE = Integer.MIN_VALUE;

    /** The smallest exponent of a range, which keeps the scale a finite float. */
    private static final int SMALLEST_EXPONENT = -60;

    private final int[] counts; // [latents, BINS]
    private final int[] exponents; // [latents]
    private final float[] scales; // [latents], BINS / 2^exponent; infinite before the first value

    /**
     * Creates histograms without values.
     *
     * @param latents the number of histograms
     */
    public ActivationHistograms(int latents) {
        counts = new int[Math.multiplyExact(latents, BINS)];
        exponents = new int[latents];
        scales = new float[latents];
        Arrays.fill(exponents, NONE);
        Arrays.fill(scales, Float.POSITIVE_INFINITY);
    }

    /**
     * Counts a value.
     *
     * @param latent the histogram
     * @param value positive and finite
     */
    public void add(int latent, float value) {
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

    /**
     * Adds the counts of other histograms, as if their values had been added here.
     *
     * @param others as many histograms
     */
    public void add(ActivationHistograms others) {
        for (int latent = 0; latent < exponents.length; latent++) {
            if (others.exponents[latent] == NONE) {
                continue;
            }
            int exponent = Math.max(exponents[latent], others.exponents[latent]);
            if (exponents[latent] != exponent) {
                widen(latent, exponent);
            }
            int shift = Math.min(exponent - others.exponents[latent], Integer.SIZE - 1);
            for (int bin = 0; bin < BINS; bin++) {
                counts[latent * BINS + (bin >> shift)] += others.counts[latent * BINS + bin];
            }
        }
    }

    /**
     * Returns a histogram up to the bin of a value.
     *
     * @param latent the histogram
     * @param max the maximum of its values; 0 without values
     * @return the bins from 0; none without values
     */
    public Histogram histogram(int latent, float max) {
        float width = 1 / scales[latent];
        int used = exponents[latent] == NONE ? 0 : Math.min(BINS, (int) (max / width) + 1);
        List<Long> bins = new ArrayList<>(used);
        for (int bin = 0; bin < used; bin++) {
            bins.add((long) counts[latent * BINS + bin]);
        }
        return new Histogram(0, width, bins);
    }

    /**
     * Writes a histogram.
     *
     * @param latent the histogram
     * @param out receives its range and its counts
     * @throws IOException if writing fails
     */
    public void write(int latent, DataOutput out) throws IOException {
        out.writeInt(exponents[latent]);
        for (int bin = 0; bin < BINS && exponents[latent] != NONE; bin++) {
            out.writeInt(counts[latent * BINS + bin]);
        }
    }

    /**
     * Reads a histogram that has no values yet.
     *
     * @param latent the histogram
     * @param in the bytes of {@link #write}
     * @throws IOException if reading fails
     */
    public void read(int latent, DataInput in) throws IOException {
        int exponent = in.readInt();
        if (exponent != NONE) {
            widen(latent, exponent);
            for (int bin = 0; bin < BINS; bin++) {
                counts[latent * BINS + bin] = in.readInt();
            }
        }
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
