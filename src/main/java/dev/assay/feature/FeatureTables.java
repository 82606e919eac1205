package dev.assay.feature;

import java.util.ArrayList;
import java.util.List;

/**
 * What one pass over a corpus leaves of every latent.
 *
 * @param tokens the number of tokens counted
 * @param counts on how many of them each latent is active, [latents]
 * @param sums the sum of its activations, [latents]
 * @param maxima its largest activation, 0 where there is none, [latents]
 * @param binWidths the width of the bins of its histogram, which begins at 0, [latents]
 * @param histograms the counts of its activations by bin, [latents, {@link ActivationHistograms#BINS}]
 * @param examples its strongest examples
 */
record FeatureTables(
        long tokens,
        long[] counts,
        double[] sums,
        float[] maxima,
        float[] binWidths,
        int[] histograms,
        ExampleTable examples) {
    int latents() {
        return counts.length;
    }

    /** The share of tokens on which a latent is active; 0 where there are no tokens. */
    double density(int latent) {
        return tokens == 0 ? 0 : (double) counts[latent] / tokens;
    }

    /** The mean over the tokens on which a latent is active, 0 where there are none. */
    double mean(int latent) {
        return counts[latent] == 0 ? 0 : sums[latent] / counts[latent];
    }

    /** The histogram of a latent up to the bin of its largest activation. */
    Histogram histogram(int latent) {
        int first = latent * ActivationHistograms.BINS;
        int used = counts[latent] == 0 ? 0 : (int) (maxima[latent] / binWidths[latent]) + 1;
        List<Long> bins = new ArrayList<>(used);
        for (int bin = 0; bin < used; bin++) {
            bins.add((long) histograms[first + bin]);
        }
        return new Histogram(0, binWidths[latent], bins);
    }
}
