package dev.assay.evaluate.probe;

import dev.assay.evaluate.baseline.Float64;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The symmetric square roots of a covariance.
 *
 * @param whitener Σ^(−½), [d][d]; directions with an eigenvalue below {@code λ_max · d · ε} are dropped
 * @param inverse its pseudo-inverse Σ^(½), [d][d]
 */
record Whitening(double[][] whitener, double[][] inverse) {
    static Whitening of(INDArray covariance) {
        Float64.Spectrum spectrum = Float64.spectrum(covariance);
        double[] values = spectrum.values();
        double least = values[values.length - 1] * values.length * Math.ulp(1.0);
        double[] roots = new double[values.length];
        double[] inverses = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            boolean kept = values[i] > least;
            roots[i] = kept ? Math.sqrt(values[i]) : 0;
            inverses[i] = kept ? 1 / roots[i] : 0;
        }
        return new Whitening(scaled(spectrum.vectors(), inverses), scaled(spectrum.vectors(), roots));
    }

    /** Returns V diag(s) Vᵀ. */
    private static double[][] scaled(INDArray vectors, double[] scales) {
        try (INDArray left = vectors.mulRowVector(Nd4j.create(scales, new long[] {1, scales.length}, 'c'));
                INDArray product = Nd4j.gemm(left, vectors, false, true)) {
            return product.toDoubleMatrix();
        }
    }
}
