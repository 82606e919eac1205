package dev.assay.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.assay.tensor.Scope;
import java.util.Arrays;

/**
 * Accumulates reconstruction statistics in float64 over batches of any size: explained variance, squared error, cosine and norms.
 *
 * <p>{@code explained variance = 1 − Σ‖x − x̂‖² / Σ‖x − x̄‖²} where x̄ is the mean of all x. Other libraries use this name for different
 * quantities: with the residual centred as well ({@link #explainedVarianceOfCentredResidual()}), with the ratio averaged over tokens,
 * without centring, or with the mean of x² squared. The last two are wrong; the last three are not reported here.
 */
public final class ReconstructionStatistics {
    /** The largest relative variance that float64 rounding causes, far below that of one differing float32. */
    private static final double CONSTANT = 1e-28;

    private static final int MEASURED_DISTANCES = 10_000_000;

    private final int measurable; // the largest number of distances
    private long tokens;
    private int width;
    /** The mean of the first batch, or a given vector. Sums are relative to it: no cancellation when the mean is far from 0. */
    private double[] origin;

    private double[] sum; // Σ(x − origin)
    private double squares; // Σ‖x − origin‖²
    private double squaredError;
    private double[] errorSum; // Σ(x − x̂)
    private double errorNorms; // Σ‖x − x̂‖
    private double cosine;
    private double normRatios; // Σ‖x̂‖ / ‖x‖ over x ≠ 0
    private long ratioTokens;
    private double reconstructionSquares; // Σ‖x̂‖²
    private double products; // Σ⟨x, x̂⟩
    private float[] distances = new float[0]; // ‖x − origin‖² of the first tokens
    private int measured; // the number of distances

    /** Creates statistics relative to the mean of the first batch. */
    public ReconstructionStatistics() {
        this.measurable = MEASURED_DISTANCES;
    }

    /** Creates statistics relative to a vector near the mean, with or without the distances of tokens. */
    private ReconstructionStatistics(double[] origin, boolean withDistances) {
        this.measurable = withDistances ? MEASURED_DISTANCES : 0;
        startAt(origin.clone());
    }

    /**
     * Creates statistics of a range of tokens, to be merged with those of other ranges.
     *
     * @param origin a vector near the mean, the same for all ranges
     * @param before the number of tokens before the range; distances are kept for the first ten million tokens
     */
    static ReconstructionStatistics ofRange(double[] origin, long before) {
        return new ReconstructionStatistics(origin, before < MEASURED_DISTANCES);
    }

    private void startAt(double[] vector) {
        origin = vector;
        width = vector.length;
        sum = new double[width];
        errorSum = new double[width];
    }

    /**
     * Adds a batch.
     *
     * @param x activations, [n, d]
     * @param reconstruction their reconstructions, [n, d]
     */
    public void add(NDArray x, NDArray reconstruction) {
        try (Scope scope = Scope.open()) {
            NDArray wide = x.toType(DataType.FLOAT64, false);
            NDArray wideReconstruction = reconstruction.toType(DataType.FLOAT64, false);
            if (origin == null) {
                startAt(wide.mean(new int[] {0}).toDoubleArray());
            }
            NDArray shifted = wide.sub(x.getManager().create(origin));
            addTo(sum, shifted.sum(new int[] {0}).toDoubleArray());
            NDArray squaredDistances = shifted.square().sum(new int[] {1});
            squares += squaredDistances.sum().getDouble();
            tokens += squaredDistances.size();
            addDistances(squaredDistances.toType(DataType.FLOAT32, false).toFloatArray());
            addError(wide.sub(wideReconstruction));
            NDArray dots = wide.mul(wideReconstruction).sum(new int[] {1});
            NDArray squaredNorms = wide.square().sum(new int[] {1});
            NDArray reconstructionSquaredNorms = wideReconstruction.square().sum(new int[] {1});
            NDArray norms = squaredNorms.mul(reconstructionSquaredNorms).sqrt().maximum(Double.MIN_NORMAL);
            cosine += dots.div(norms).sum().getDouble();
            NDArray nonZero = squaredNorms.gt(0).toType(DataType.FLOAT64, false);
            NDArray ratios = reconstructionSquaredNorms.div(squaredNorms.maximum(Double.MIN_NORMAL));
            normRatios += ratios.sqrt().mul(nonZero).sum().getDouble();
            ratioTokens += (long) nonZero.sum().getDouble();
            reconstructionSquares += reconstructionSquaredNorms.sum().getDouble();
            products += dots.sum().getDouble();
        }
    }

    private void addDistances(float[] squaredDistances) {
        int added = Math.min(squaredDistances.length, measurable - measured);
        if (measured + added > distances.length) {
            distances = Arrays.copyOf(distances, Math.max(2 * distances.length, measured + added));
        }
        System.arraycopy(squaredDistances, 0, distances, measured, added);
        measured += added;
    }

    /**
     * Adds the sums over later tokens.
     *
     * @param next sums with the same origin
     * @throws IllegalArgumentException if the origins differ
     */
    void add(ReconstructionSums next) {
        if (next.tokens() == 0) {
            return;
        }
        if (origin == null) {
            startAt(next.origin());
        }
        if (!Arrays.equals(origin, next.origin())) {
            throw new IllegalArgumentException("the sums have different origins, expected one origin");
        }
        tokens += next.tokens();
        addTo(sum, next.sum());
        squares += next.squares();
        squaredError += next.squaredError();
        addTo(errorSum, next.errorSum());
        errorNorms += next.errorNorms();
        cosine += next.cosine();
        normRatios += next.normRatios();
        ratioTokens += next.ratioTokens();
        reconstructionSquares += next.reconstructionSquares();
        products += next.products();
        addDistances(next.distances());
    }

    /** Returns the sums over the tokens so far. */
    ReconstructionSums sums() {
        return new ReconstructionSums(
                tokens,
                origin == null ? new double[0] : origin.clone(),
                origin == null ? new double[0] : sum.clone(),
                squares,
                squaredError,
                origin == null ? new double[0] : errorSum.clone(),
                errorNorms,
                cosine,
                normRatios,
                ratioTokens,
                reconstructionSquares,
                products,
                Arrays.copyOf(distances, measured));
    }

    private static void addTo(double[] sums, double... terms) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += terms[i];
        }
    }

    /**
     * Returns the share of the variance that the farthest one percent of the tokens carry. Distances are measured from the mean of the
     * first batch, for at most ten million tokens. With a share near 1, the explained variance is that of a few tokens of massive activations.
     *
     * @return from 0 to 1; about 0.01 for tokens at equal distances
     */
    public double varianceOfFarthestPercent() {
        float[] sorted = Arrays.copyOf(distances, measured);
        Arrays.sort(sorted);
        int count = (int) Math.ceil(measured / 100.0);
        double farthest = 0;
        double all = 0;
        for (int i = 0; i < sorted.length; i++) {
            all += sorted[i];
            farthest += i >= sorted.length - count ? sorted[i] : 0;
        }
        return all == 0 ? 0 : farthest / all;
    }

    private void addError(NDArray error) {
        addTo(errorSum, error.sum(new int[] {0}).toDoubleArray());
        NDArray squaredNorms = error.square().sum(new int[] {1});
        squaredError += squaredNorms.sum().getDouble();
        errorNorms += squaredNorms.sqrt().sum().getDouble();
    }

    /**
     * Returns the number of activations.
     *
     * @return the total number of rows of all batches
     */
    public long tokens() {
        return tokens;
    }

    /**
     * Returns the explained variance.
     *
     * @return at most 1; 0 for a constant prediction of the mean; NaN if the activations do not vary
     */
    public double explainedVariance() {
        return 1 - squaredError / deviations();
    }

    /** Returns Σ‖x − x̄‖², NaN instead of the rounding errors of activations that do not vary. */
    private double deviations() {
        double deviations = squares - squaredNorm(sum) / tokens;
        return deviations > CONSTANT * tokens * squaredNorm(origin) ? deviations : Double.NaN;
    }

    /**
     * Returns the fraction of variance that is unexplained, {@code 1 − explained variance}.
     *
     * @return at least 0; NaN if the activations do not vary
     */
    public double unexplained() {
        return 1 - explainedVariance();
    }

    /**
     * Returns {@code 1 − Σ‖e − ē‖² / Σ‖x − x̄‖²} where e is the residual, the {@code frac_variance_explained} of dictionary_learning. A
     * constant offset of the reconstruction does not lower it.
     *
     * @return at least the explained variance; NaN if the activations do not vary
     */
    public double explainedVarianceOfCentredResidual() {
        double centred = squaredError - squaredNorm(errorSum) / tokens;
        return 1 - centred / deviations();
    }

    /**
     * Returns the mean norm of the residual, {@code E‖x − x̂‖}, which differs from the root mean squared error.
     *
     * @return at least 0
     */
    public double meanErrorNorm() {
        return errorNorms / tokens;
    }

    /**
     * Returns the mean ratio of norms, {@code E(‖x̂‖ / ‖x‖)}, the {@code l2_ratio} of SAELens, over the activations that are not 0.
     *
     * @return below 1 if reconstructions shrink; NaN if all activations are 0
     */
    public double normRatio() {
        return normRatios / ratioTokens;
    }

    /**
     * Returns {@code E‖x̂‖² / E⟨x, x̂⟩}: the inverse of the scale factor of all reconstructions that minimizes the squared error
     * (Rajamanoharan et al., "Improving dictionary learning with gated sparse autoencoders", arXiv 2404.16014).
     *
     * @return 1 for unbiased reconstructions, below 1 if reconstructions shrink; not finite if E⟨x, x̂⟩ is 0
     */
    public double relativeReconstructionBias() {
        return reconstructionSquares / products;
    }

    /**
     * Returns the mean squared error over tokens and dimensions.
     *
     * @return at least 0
     */
    public double meanSquaredError() {
        return squaredError / tokens / width;
    }

    /**
     * Returns the mean cosine similarity of activation and reconstruction.
     *
     * @return from −1 to 1
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
