package dev.assay.toy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Samples the activations of the features of a {@link ToySuperposition}.
 *
 * <p>Independent features are drawn independently. Correlated features are drawn per row from a Gaussian copula: feature i
 * fires where {@code z_i < Φ⁻¹(p_i)} with {@code z_i = √ρ ⟨u_i, f⟩ + √(1 − ρ) ε_i}, f and ε standard normal and u_i a unit vector. Then z_i
 * has variance 1, the correlation of z_i and z_j is {@code ρ ⟨u_i, u_j⟩}, and the correlation matrix is positive semidefinite by
 * construction.
 *
 * @param probabilities p, [G]
 * @param quantiles Φ⁻¹(p), [G]
 * @param loadings u, [G][factors]
 * @param strength ρ
 */
record FeatureSampler(double[] probabilities, double[] quantiles, double[][] loadings, double strength) {
    private static final int FACTORS = 8;

    /** p_i = active · decay^i / Σ decay^i */
    static FeatureSampler of(int features, double active, double decay, double strength, long seed) {
        if (!(decay > 0 && decay <= 1)) {
            throw new InvalidInputException("the decay is " + decay + ", expected above 0 and at most 1");
        }
        if (!(strength >= 0 && strength <= 1)) {
            throw new InvalidInputException("the correlation is " + strength + ", expected 0 to 1");
        }
        double[] weights = new double[features];
        Arrays.setAll(weights, i -> Math.pow(decay, i));
        double sum = Arrays.stream(weights).sum();
        if (!(active > 0 && active <= sum)) {
            throw new InvalidInputException("the mean number of active features is " + active
                    + ", expected above 0 and at most " + sum + ", where the first is always active");
        }
        double[] probabilities =
                Arrays.stream(weights).map(w -> active * w / sum).toArray();
        return new FeatureSampler(probabilities, quantiles(probabilities), loadings(features, seed), strength);
    }

    /** Φ⁻¹(p) = √2 erf⁻¹(2p − 1) */
    private static double[] quantiles(double[] probabilities) {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            NDArray p = manager.create(probabilities);
            return p.mul(2).sub(1).erfinv().mul(Math.sqrt(2)).toDoubleArray();
        }
    }

    private static double[][] loadings(int features, long seed) {
        SplittableRandom random = new SplittableRandom(seed).split();
        double[][] loadings = new double[features][FACTORS];
        for (double[] loading : loadings) {
            double squares = 0;
            for (int j = 0; j < FACTORS; j++) {
                loading[j] = random.nextGaussian();
                squares += loading[j] * loading[j];
            }
            for (int j = 0; j < FACTORS; j++) {
                loading[j] /= Math.sqrt(squares);
            }
        }
        return loadings;
    }

    /** {@return the correlation matrix of z, [G][G]} */
    double[][] correlations() {
        int features = loadings.length;
        double[][] matrix = new double[features][features];
        for (int i = 0; i < features; i++) {
            for (int j = 0; j < features; j++) {
                matrix[i][j] = i == j ? 1 : strength * product(loadings[i], loadings[j]);
            }
        }
        return matrix;
    }

    private static double product(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /**
     * Samples rows.
     *
     * @return [rows · G], the strength of each feature in [0, 1), 0 if it does not fire
     */
    float[] draw(int rows, SplittableRandom random) {
        int features = probabilities.length;
        float[] codes = new float[rows * features];
        double[] factors = new double[FACTORS];
        for (int row = 0; row < rows; row++) {
            if (strength > 0) {
                Arrays.setAll(factors, j -> random.nextGaussian());
            }
            for (int i = 0; i < features; i++) {
                if (fires(i, factors, random)) {
                    codes[row * features + i] = random.nextFloat();
                }
            }
        }
        return codes;
    }

    private boolean fires(int i, double[] factors, SplittableRandom random) {
        if (strength == 0) {
            return random.nextDouble() < probabilities[i];
        }
        double z =
                Math.sqrt(strength) * product(loadings[i], factors) + Math.sqrt(1 - strength) * random.nextGaussian();
        return z < quantiles[i];
    }
}
