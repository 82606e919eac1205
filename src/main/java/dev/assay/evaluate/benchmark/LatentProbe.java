package dev.assay.evaluate.benchmark;

import dev.assay.evaluate.probe.LinearProbe;
import dev.assay.evaluate.probe.LogisticRegression;
import dev.assay.evaluate.probe.ProbeData;
import java.util.Arrays;

/**
 * A linear probe of a few latents.
 *
 * @param latents the latents
 * @param probe one weight per latent, in the same order
 */
public record LatentProbe(int[] latents, LinearProbe probe) {
    /** Codes up to this size count as silent in the sum of codes. */
    private static final double SILENT = 1e-6;

    /** Gradient norm at which the solver stops; weights are then exact up to rounding. */
    private static final double CONVERGED = 1e-12;

    /** Scores up to this size are rounding errors of 0, the score of a latent that is always silent. */
    private static final double ROUNDING = 1e-9;

    /**
     * Fits a logistic regression with C = 1 and balanced classes.
     *
     * @param codes [n, F]
     * @param labels n labels of both classes
     * @param latents the latents to read
     * @return the probe
     */
    public static LatentProbe fit(double[][] codes, boolean[] labels, int... latents) {
        ProbeData data = ProbeData.of(columns(codes, latents), labels);
        return new LatentProbe(
                latents.clone(),
                LogisticRegression.withC(1)
                        .balanced()
                        .tolerance(CONVERGED)
                        .fit(data)
                        .probe());
    }

    private static double[][] columns(double[][] codes, int[] latents) {
        return Arrays.stream(codes)
                .map(code -> Arrays.stream(latents)
                        .mapToDouble(latent -> code[latent])
                        .toArray())
                .toArray(double[][]::new);
    }

    /**
     * Scores codes.
     *
     * @param codes [n, F]
     * @return n scores
     */
    public double[] scores(double[][] codes) {
        return Arrays.stream(columns(codes, latents))
                .mapToDouble(row -> Rows.dot(probe.weights(), row) + probe.intercept())
                .toArray();
    }

    /**
     * Evaluates the probe.
     *
     * @param codes [n, F]
     * @param labels n labels
     * @return the metrics of the scores with threshold 0, up to rounding
     */
    public BinaryMetrics evaluate(double[][] codes, boolean[] labels) {
        return BinaryMetrics.of(scores(codes), labels, ROUNDING);
    }

    /**
     * Evaluates the sum of the codes as a classifier.
     *
     * @param codes [n, F]
     * @param labels n labels
     * @return the metrics of the sums, where a row with an active latent is predicted
     */
    public BinaryMetrics evaluateSum(double[][] codes, boolean[] labels) {
        double[] sums = Arrays.stream(columns(codes, latents))
                .mapToDouble(row -> Arrays.stream(row).sum())
                .toArray();
        return BinaryMetrics.of(sums, labels, SILENT);
    }
}
