package dev.assay.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.assay.tensor.Scope;

/**
 * Adds up, in float64, what explained variance, squared error and cosine need, over batches of any size.
 *
 * <p>{@code explained variance = 1 − Σ‖x − x̂‖² / Σ‖x − x̄‖²} with x̄ the mean of all x. Two other figures go by this name elsewhere: one
 * that centres the residual too, and one whose denominator squares the mean of x²; neither is reported here.
 */
public final class ReconstructionStatistics {
    private long tokens;
    private int width;
    private double[] origin; // a first guess of the mean, so that a far-off mean costs no digits
    private double[] sum; // Σ(x − origin)
    private double squares; // Σ‖x − origin‖²
    private double squaredError;
    private double cosine;

    /**
     * Takes a batch.
     *
     * @param x [n, d]
     * @param reconstruction [n, d]
     */
    public void add(NDArray x, NDArray reconstruction) {
        try (Scope scope = Scope.open()) {
            NDArray wide = x.toType(DataType.FLOAT64, false);
            NDArray wideReconstruction = reconstruction.toType(DataType.FLOAT64, false);
            if (origin == null) {
                origin = wide.mean(new int[] {0}).toDoubleArray();
                width = origin.length;
                sum = new double[width];
            }
            tokens += x.getShape().get(0);
            NDArray shifted = wide.sub(x.getManager().create(origin));
            double[] batchSum = shifted.sum(new int[] {0}).toDoubleArray();
            for (int i = 0; i < width; i++) {
                sum[i] += batchSum[i];
            }
            squares += shifted.square().sum().getDouble();
            squaredError += wide.sub(wideReconstruction).square().sum().getDouble();
            NDArray dots = wide.mul(wideReconstruction).sum(new int[] {1});
            NDArray norms = wide.square()
                    .sum(new int[] {1})
                    .mul(wideReconstruction.square().sum(new int[] {1}));
            cosine += dots.div(norms.sqrt().maximum(Double.MIN_NORMAL)).sum().getDouble();
        }
    }

    /**
     * Returns the number of activations seen.
     *
     * @return the rows of all batches
     */
    public long tokens() {
        return tokens;
    }

    /**
     * Returns the explained variance.
     *
     * @return at most 1; 0 is what predicting the mean reaches
     */
    public double explainedVariance() {
        return 1 - squaredError / (squares - squaredNorm(sum) / tokens);
    }

    /**
     * Returns the mean squared error.
     *
     * @return over tokens and dimensions
     */
    public double meanSquaredError() {
        return squaredError / tokens / width;
    }

    /**
     * Returns the mean cosine of activation and reconstruction.
     *
     * @return between −1 and 1
     */
    public double cosine() {
        return cosine / tokens;
    }

    /**
     * Returns the mean activation.
     *
     * @return [d]
     */
    public double[] mean() {
        double[] mean = origin.clone();
        for (int i = 0; i < width; i++) {
            mean[i] += sum[i] / tokens;
        }
        return mean;
    }

    private static double squaredNorm(double[] vector) {
        double squares = 0;
        for (double v : vector) {
            squares += v * v;
        }
        return squares;
    }
}
