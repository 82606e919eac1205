package dev.assay.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.assay.tensor.Scope;

/**
 * Adds up, in float64, what explained variance, squared error and cosine need, over batches of any size.
 *
 * <p>{@code explained variance = 1 − Σ‖x − x̂‖² / Σ‖x − x̄‖²} with x̄ the mean of all x. Other figures go by this name elsewhere: one
 * that centres the residual too ({@link #explainedVarianceOfCentredResidual()}), one that averages the ratio over tokens, and ones that
 * do not centre, or square the mean of x²; the last two are wrong, and the last three are not reported here.
 */
public final class ReconstructionStatistics {
    private long tokens;
    private int width;
    private double[] origin; // a first guess of the mean, so that a far-off mean costs no digits
    private double[] sum; // Σ(x − origin)
    private double squares; // Σ‖x − origin‖²
    private double squaredError;
    private double[] errorSum; // Σ(x − x̂)
    private double errorNorms; // Σ‖x − x̂‖
    private double cosine;
    private double normRatios; // Σ‖x̂‖ / ‖x‖
    private double reconstructionSquares; // Σ‖x̂‖²
    private double products; // Σ⟨x, x̂⟩

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
                errorSum = new double[width];
            }
            tokens += x.getShape().get(0);
            NDArray shifted = wide.sub(x.getManager().create(origin));
            double[] batchSum = shifted.sum(new int[] {0}).toDoubleArray();
            for (int i = 0; i < width; i++) {
                sum[i] += batchSum[i];
            }
            squares += shifted.square().sum().getDouble();
            addError(wide.sub(wideReconstruction));
            NDArray dots = wide.mul(wideReconstruction).sum(new int[] {1});
            NDArray squaredNorms = wide.square().sum(new int[] {1});
            NDArray otherSquaredNorms = wideReconstruction.square().sum(new int[] {1});
            NDArray norms = squaredNorms.mul(otherSquaredNorms).sqrt().maximum(Double.MIN_NORMAL);
            cosine += dots.div(norms).sum().getDouble();
            NDArray ratios = otherSquaredNorms.div(squaredNorms.maximum(Double.MIN_NORMAL));
            normRatios += ratios.sqrt().sum().getDouble();
            reconstructionSquares += otherSquaredNorms.sum().getDouble();
            products += dots.sum().getDouble();
        }
    }

    private void addError(NDArray error) {
        double[] batchSum = error.sum(new int[] {0}).toDoubleArray();
        for (int i = 0; i < width; i++) {
            errorSum[i] += batchSum[i];
        }
        NDArray squaredNorms = error.square().sum(new int[] {1});
        squaredError += squaredNorms.sum().getDouble();
        errorNorms += squaredNorms.sqrt().sum().getDouble();
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
     * Returns the fraction of variance that is unexplained, {@code 1 − explained variance}.
     *
     * @return at least 0
     */
    public double unexplained() {
        return 1 - explainedVariance();
    }

    /**
     * Returns {@code 1 − Σ‖e − ē‖² / Σ‖x − x̄‖²} with e the residual: what dictionary_learning calls the fraction of variance
     * explained. A reconstruction that is off by a constant costs nothing here.
     *
     * @return at least the explained variance
     */
    public double explainedVarianceOfCentredResidual() {
        double centred = squaredError - squaredNorm(errorSum) / tokens;
        return 1 - centred / (squares - squaredNorm(sum) / tokens);
    }

    /**
     * Returns the mean length of the residual, {@code E‖x − x̂‖}.
     *
     * @return not the root of the mean squared error
     */
    public double meanErrorNorm() {
        return errorNorms / tokens;
    }

    /**
     * Returns the mean ratio of lengths, {@code E(‖x̂‖ / ‖x‖)}; SAELens's {@code l2_ratio}.
     *
     * @return below 1 where reconstructions are too short
     */
    public double normRatio() {
        return normRatios / tokens;
    }

    /**
     * Returns {@code E‖x̂‖² / E⟨x, x̂⟩}: one over the factor that, applied to all reconstructions, leaves the least squared error
     * (Rajamanoharan et al., "Improving dictionary learning with gated sparse autoencoders", arXiv 2404.16014).
     *
     * @return 1 for reconstructions that no factor improves, below 1 for those that shrink
     */
    public double relativeReconstructionBias() {
        return reconstructionSquares / products;
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
