package dev.assay.toy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;

/**
 * Features that fire together through a Gaussian copula: in each row {@code z ~ N(0, R)}, and feature i fires where {@code z_i < Φ⁻¹(p_i)}.
 * A row draws {@code z_i = ⟨l_i, f⟩ + n_i ε_i} with f and ε standard normal, so that {@code R_ij = ⟨l_i, l_j⟩} and
 * {@code ‖l_i‖² + n_i² = 1}.
 */
public final class CopulaFiring implements Firing {
    private static final int FACTORS = 8;
    private static final double UNIT = 1e-9;

    private final double[] probabilities;
    private final double[] quantiles;
    private final double[][] loadings;
    private final double[] noise;

    private CopulaFiring(double[] probabilities, double[][] loadings, double[] noise) {
        this.probabilities = IndependentFiring.checked(probabilities);
        this.quantiles = quantiles(probabilities);
        this.loadings = loadings;
        this.noise = noise;
    }

    /**
     * Creates the copula of a correlation matrix.
     *
     * @param probabilities of each feature, [G]
     * @param correlations R, symmetric and positive semidefinite with ones on the diagonal, [G][G]
     * @return the distribution
     * @throws InvalidInputException if R is not a correlation matrix of that size
     */
    public static CopulaFiring of(double[] probabilities, double[][] correlations) {
        int features = probabilities.length;
        InvalidInputException.require(
                correlations.length == features,
                "the correlation matrix has " + correlations.length + " rows, expected " + features);
        for (int i = 0; i < features; i++) {
            for (int j = 0; j <= i; j++) {
                double entry = correlations[i][j];
                if (!(Math.abs(entry - correlations[j][i]) <= UNIT) || (i == j && Math.abs(entry - 1) > UNIT)) {
                    throw new InvalidInputException("the correlation of features " + i + " and " + j + " is " + entry
                            + ", expected a symmetric matrix with ones on the diagonal");
                }
            }
        }
        return new CopulaFiring(probabilities, cholesky(correlations), new double[features]);
    }

    /**
     * Creates a copula whose correlations are {@code ρ ⟨u_i, u_j⟩}, with random unit vectors u of eight dimensions.
     *
     * @param probabilities of each feature, [G]
     * @param strength ρ, 0 to 1
     * @param seed of the vectors
     * @return the distribution
     * @throws InvalidInputException if the strength is out of range
     */
    public static CopulaFiring random(double[] probabilities, double strength, long seed) {
        requireStrength(strength);
        SplittableRandom random = new SplittableRandom(seed).split();
        double[][] loadings = new double[probabilities.length][FACTORS];
        for (double[] loading : loadings) {
            double squares = 0;
            for (int j = 0; j < FACTORS; j++) {
                loading[j] = random.nextGaussian();
                squares += loading[j] * loading[j];
            }
            for (int j = 0; j < FACTORS; j++) {
                loading[j] *= Math.sqrt(strength / squares);
            }
        }
        double[] noise = new double[probabilities.length];
        Arrays.fill(noise, Math.sqrt(1 - strength));
        return new CopulaFiring(probabilities, loadings, noise);
    }

    /** Rejects a strength that is not between 0 and 1. */
    static void requireStrength(double strength) {
        if (!(strength >= 0 && strength <= 1)) {
            throw new InvalidInputException("the correlation is " + strength + ", expected 0 to 1");
        }
    }

    /** Returns the lower triangular L with R = L Lᵀ; a column whose pivot is 0 stays 0. */
    private static double[][] cholesky(double[][] matrix) {
        int size = matrix.length;
        double[][] lower = new double[size][size];
        for (int j = 0; j < size; j++) {
            double pivot = matrix[j][j] - product(lower[j], lower[j], j);
            if (pivot < -UNIT) {
                throw new InvalidInputException("the correlation matrix has a negative eigenvalue (pivot " + j + " is "
                        + pivot + "), expected a positive semidefinite matrix");
            }
            lower[j][j] = Math.sqrt(Math.max(0, pivot));
            for (int i = j + 1; i < size; i++) {
                lower[i][j] = lower[j][j] < 1e-7 ? 0 : (matrix[i][j] - product(lower[i], lower[j], j)) / lower[j][j];
            }
        }
        return lower;
    }

    private static double product(double[] a, double[] b, int length) {
        double sum = 0;
        for (int i = 0; i < length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** Φ⁻¹(p) = √2 erf⁻¹(2p − 1) */
    private static double[] quantiles(double[] probabilities) {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            NDArray p = manager.create(probabilities);
            return p.mul(2).sub(1).erfinv().mul(Math.sqrt(2)).toDoubleArray();
        }
    }

    /**
     * Returns the correlation matrix of z.
     *
     * @return R, [G][G]
     */
    public double[][] correlations() {
        int features = loadings.length;
        double[][] matrix = new double[features][features];
        for (int i = 0; i < features; i++) {
            for (int j = 0; j < features; j++) {
                matrix[i][j] = i == j ? 1 : product(loadings[i], loadings[j], loadings[i].length);
            }
        }
        return matrix;
    }

    @Override
    public double[] probabilities() {
        return probabilities.clone();
    }

    @Override
    public double[][] joint() {
        double[][] joint = correlations();
        for (int i = 0; i < joint.length; i++) {
            joint[i][i] = probabilities[i];
            for (int j = 0; j < i; j++) {
                joint[i][j] = both(i, j, joint[i][j]);
                joint[j][i] = joint[i][j];
            }
        }
        return joint;
    }

    private double both(int i, int j, double correlation) {
        return Double.isInfinite(quantiles[i]) || Double.isInfinite(quantiles[j])
                ? probabilities[i] * probabilities[j]
                : BivariateNormal.below(quantiles[i], quantiles[j], correlation, probabilities[i], probabilities[j]);
    }

    @Override
    public void sample(SplittableRandom random, IntConsumer fired) {
        double[] factors = new double[loadings.length == 0 ? 0 : loadings[0].length];
        Arrays.setAll(factors, j -> random.nextGaussian());
        for (int i = 0; i < loadings.length; i++) {
            double z = product(loadings[i], factors, factors.length);
            if (noise[i] > 0) {
                z += noise[i] * random.nextGaussian();
            }
            if (z < quantiles[i]) {
                fired.accept(i);
            }
        }
    }
}
