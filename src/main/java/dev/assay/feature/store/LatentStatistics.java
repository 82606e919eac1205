package dev.assay.feature.store;

/**
 * Streaming statistics of every latent: counts, maximum activations, moments in float64, and histograms.
 *
 * <p>Moments are updated one value at a time by the formulas of Pébay, "Formulas for Robust, One-Pass Parallel Computation of Covariances
 * and Arbitrary-Order Statistical Moments" (Sandia report SAND2008-6212, 2008). They stay accurate if the mean is large compared to the
 * deviation.
 */
final class LatentStatistics {
    /** The number of columns of {@link #moments()}: mean, deviation, skewness, kurtosis. */
    static final int MOMENTS = 4;

    private static final int MEAN = 0;
    private static final int SECOND = 1;
    private static final int THIRD = 2;
    private static final int FOURTH = 3;

    private final long[] counts;
    private final float[] maxima;
    private final double[] central; // [latents, 4]: mean, then the sums of (x − mean)², (x − mean)³ and (x − mean)⁴
    private final ActivationHistograms histograms;

    LatentStatistics(int latents) {
        counts = new long[latents];
        maxima = new float[latents];
        central = new double[Math.multiplyExact(latents, MOMENTS)];
        histograms = new ActivationHistograms(latents);
    }

    /** Adds a positive finite activation. */
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

    /** Returns the number of active tokens of each latent, [latents]. */
    long[] counts() {
        return counts;
    }

    /** Returns the maximum activation of each latent, [latents]; 0 for a dead latent. */
    float[] maxima() {
        return maxima;
    }

    ActivationHistograms histograms() {
        return histograms;
    }

    /** Returns mean and population deviation, skewness and kurtosis, [latents, {@link #MOMENTS}]. */
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
