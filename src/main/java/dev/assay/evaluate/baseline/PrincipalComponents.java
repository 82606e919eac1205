package dev.assay.evaluate.baseline;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Directions of largest variance of activations: eigenvectors of their covariance {@code Σ(x − x̄)(x − x̄)ᵀ / (n − 1)}, in float64
 * through ND4J.
 *
 * @param mean x̄, [d]
 * @param variances [d], in descending order
 * @param directions [d][d], one unit vector per row
 */
public record PrincipalComponents(double[] mean, double[] variances, double[][] directions) {
    /**
     * Decomposes activations.
     *
     * @param x [n, d], at least two rows
     * @return d components
     */
    public static PrincipalComponents of(NDArray x) {
        if (x.getShape().get(0) < 2) {
            throw new InvalidInputException(
                    "the sample has " + x.getShape().get(0) + " activations, expected at least 2");
        }
        List<INDArray> chunks = Float64.chunks(x);
        try {
            return of(chunks, x.getShape().get(0));
        } finally {
            Float64.close(chunks);
        }
    }

    /** Decomposes activations in float64. Centres the chunks in place. */
    static PrincipalComponents of(List<INDArray> chunks, long rows) {
        INDArray mean = Float64.mean(chunks, rows); // [1, d]
        long width = mean.length();
        INDArray covariance = Float64.zeros(width, width);
        for (INDArray chunk : chunks) {
            chunk.subiRowVector(mean);
            Float64.addProduct(covariance, chunk, chunk);
        }
        covariance.divi(rows - 1);
        Float64.Spectrum spectrum = Float64.spectrum(covariance);
        double[] variances = new double[(int) width];
        double[][] directions = new double[(int) width][];
        for (int component = 0; component < width; component++) {
            int column = (int) width - 1 - component;
            variances[component] = spectrum.values()[column];
            directions[component] = spectrum.vectors().getColumn(column).toDoubleVector();
        }
        return new PrincipalComponents(mean.toDoubleVector(), variances, directions);
    }

    /**
     * Returns the first directions.
     *
     * @return [count, d]
     */
    INDArray first(int count) {
        return Nd4j.create(Arrays.copyOf(directions, count));
    }

    /** Returns the number of directions with non-zero variance, up to the rounding of float64. */
    int rank() {
        int rank = 0;
        while (rank < variances.length && variances[rank] > 1e-12 * variances[0]) {
            rank++;
        }
        return rank;
    }
}
