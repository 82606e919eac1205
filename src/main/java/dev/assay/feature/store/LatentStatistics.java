package dev.assay.feature.store;

/**
 * Counts, largest activations, moments and histograms of every latent while activations stream by, in float64.
 *
 * <p>The moments are updated one value at a time as in Pébay, "Formulas for Robust, One-Pass Parallel Computation of Covariances and
 * Arbitrary-Order Statistical Moments" (Sandia report SAND2008-6212, 2008), which does not lose digits when the mean is large
 * beside the deviation.
 */
final class LatentStatistics {
    /** Columns of {@link #moments()}: mean, deviation, skewness, kurtosis. */
    static final int MOMENTS = 4;

    private static final int MEAN = 0;
    private static final int SECOND = 1;
    private static final int THIRD = 2;
    private static final int FOURTH = 3;

    private final long[] counts;
    private final float[] maxima;
    private final double[]
            central; // [latents, 4]: the mean, then the sums of the powers 2, 3, 4 of what deviates from it
    private final ActivationHistograms histograms;

    LatentStatistics(int latents) {
        counts = new long[latents];
        maxima = new float[latents];
        central = new double[Math.multiplyExact(latents, MOMENTS)];
        histograms = new ActivationHistograms(latents);
    }

    /** Counts a value that is positive and finite. */
    void add(int latent, float value) {
        int row = latent * MOMENTS;
        long n = ++counts[latent];
        double delta = value - central[row + MEAN];
        double step = delta / n;
        double square = delta * step * (n - 1);
        central[row + MEAN] += step;
        central[row + FOURTH] += square * step * step * ((double) n * n - 3.0 * n + 3)
                + 6 * step * step * central[row + SECOND]
                - 4 * step * central[row + THIRD];
        central[row + THIRD] += square * step * (n - 2) - 3 * step * central[row + SECOND];
        central[row + SECOND] += square;
        if (value > maxima[latent]) {
            maxima[latent] = value;
        }
        histograms.add(latent, value);
    }

    int latents() {
        return counts.length;
    }

    /** On how many tokens each latent is active. */
    long[] counts() {
        return counts;
    }

    /** The largest activation of each latent, 0 where there is none. */
    float[] maxima() {
        return maxima;
    }

    ActivationHistograms histograms() {
        return histograms;
    }

    /** The mean, and the deviation, skewness and kurtosis of the population, [latents, {@link #MOMENTS}]. */
    double[] moments() {
        double[] moments = new double[central.length];
        for (int latent = 0; latent < counts.length; latent++) {
            int row = latent * MOMENTS;
            double n = counts[latent];
            double second = central[row + SECOND];
            moments[row] = central[row + MEAN];
            if (second > 0) {
                moments[row + 1] = Math.sqrt(second / n);
                moments[row + 2] = Math.sqrt(n) * central[row + THIRD] / (second * Math.sqrt(second));
                moments[row + 3] = n * central[row + FOURTH] / (second * second);
            }
        }
        return moments;
    }
}
