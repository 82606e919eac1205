package dev.assay.evaluate.standard;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.assay.Lifetime;
import dev.assay.sae.Dictionary;
import dev.assay.tensor.Scope;
import java.util.Arrays;

/**
 * Statistics of the decoder directions of a dictionary, with {@code d_ij = ⟨w_i, w_j⟩}.
 *
 * @param capacity per latent, {@code d_ii² / Σ_j d_ij²} (Scherlis et al., "Polysemanticity and capacity in neural networks", arXiv 2210.01892):
 *     1 for a direction that is orthogonal to all others, 1/n for n equal ones; 0 for a direction of norm 0
 * @param neurons per latent, the number of neurons by the inverse Simpson index, {@code 1 / Σ_k p_k²} with {@code p_k = |w_k| / Σ|w|}: 1
 *     for a direction along one axis, d for equal weights; NaN for a direction of norm 0
 */
public record WeightStatistics(double[] capacity, double[] neurons) {
    private static final int CHUNK = 512;

    /**
     * Computes the statistics in float64.
     *
     * @param dictionary the dictionary
     * @return the statistics of its decoder
     */
    public static WeightStatistics of(Dictionary dictionary) {
        try (Lifetime.Use open = dictionary.use()) {
            return of(dictionary.decoder());
        }
    }

    /**
     * Computes the statistics in float64.
     *
     * @param directions [n, d]
     * @return the statistics
     */
    public static WeightStatistics of(NDArray directions) {
        try (Scope scope = Scope.open()) {
            NDArray wide = directions.toType(DataType.FLOAT64, false);
            int n = Math.toIntExact(wide.getShape().get(0));
            double[] squares = wide.square().sum(new int[] {1}).toDoubleArray();
            double[] capacity = new double[n];
            for (int from = 0; from < n; from += CHUNK) {
                try (Scope chunk = Scope.open()) {
                    NDArray rows = wide.get(from + ":" + Math.min(n, from + CHUNK));
                    double[] sums = rows.matMul(wide.transpose())
                            .square()
                            .sum(new int[] {1})
                            .toDoubleArray();
                    for (int i = 0; i < sums.length; i++) {
                        double own = squares[from + i] * squares[from + i];
                        capacity[from + i] = sums[i] == 0 ? 0 : own / sums[i];
                    }
                }
            }
            double[] sizes = wide.abs().sum(new int[] {1}).toDoubleArray();
            double[] neurons = new double[n];
            Arrays.setAll(neurons, i -> squares[i] == 0 ? Double.NaN : sizes[i] * sizes[i] / squares[i]);
            return new WeightStatistics(capacity, neurons);
        }
    }

    /**
     * Returns the number of dimensions that the directions span effectively.
     *
     * @return the sum of the capacities, at most the width
     */
    public double effectiveDimensions() {
        return Arrays.stream(capacity).sum();
    }

    /**
     * Returns the mean number of neurons per direction.
     *
     * @return from 1 to the width; directions of norm 0 are left out
     */
    public double meanNeurons() {
        return Arrays.stream(neurons)
                .filter(number -> !Double.isNaN(number))
                .average()
                .orElse(Double.NaN);
    }
}
