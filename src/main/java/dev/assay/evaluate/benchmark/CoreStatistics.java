package dev.assay.evaluate.benchmark;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Accumulates the reconstruction, shrinkage and sparsity metrics of SAEBench's {@code core} evaluation in float64.
 *
 * <p>Differences from SAEBench 0.6.0: {@code explained_variance} is {@code 1 − Σ‖x − x̂‖² / Σ‖x − x̄‖²} with the mean x̄ of all tokens,
 * {@code mse} is {@code E‖x − x̂‖²}, and {@code l1} sums magnitudes. SAEBench squares activations before it averages them, divides the squared
 * error by the number of tokens twice, and sums signed codes.
 */
public final class CoreStatistics {
    private final long[] activeTokens; // by latent
    private final long[] activePrompts; // by latent
    private final int[] lastPrompt; // by latent, the last prompt in which it was active
    private long tokens;
    private long batches;
    private double[] origin; // the mean of the first batch; sums relative to it avoid cancellation
    private double[] sum; // Σ(x − origin)
    private double squares; // Σ‖x − origin‖²
    private double squaredError;
    private double normsIn;
    private double normsOut;
    private double normRatios; // Σ‖x̂‖ / ‖x‖ over x ≠ 0
    private long ratioTokens;
    private double squaredNormsOut;
    private double products; // Σ⟨x, x̂⟩
    private double batchBias;
    private double cosines;
    private double legacyExplained;
    private double l0;
    private double l1;

    /**
     * Creates statistics without tokens.
     *
     * @param latents the number of latents
     */
    public CoreStatistics(int latents) {
        activeTokens = new long[latents];
        activePrompts = new long[latents];
        lastPrompt = new int[latents];
        Arrays.fill(lastPrompt, -1);
    }

    /**
     * Adds a batch. Tokens of one prompt must be adjacent.
     *
     * @param batch the batch; nothing is added if it has no token
     */
    public void add(CoreBatch batch) {
        if (batch.x().length == 0) {
            return;
        }
        double[] mean = Rows.mean(batch.x(), batch.x()[0].length);
        if (origin == null) {
            origin = mean;
            sum = new double[mean.length];
        }
        double batchSquares = 0; // Σ‖x̂‖²
        double batchProducts = 0; // Σ⟨x, x̂⟩
        for (int token = 0; token < batch.x().length; token++) {
            double[] x = batch.x()[token];
            double[] reconstruction = batch.reconstruction()[token];
            double error = squaredDistance(x, reconstruction);
            double in = Rows.norm(x);
            double out = Rows.norm(reconstruction);
            double product = Rows.dot(x, reconstruction);
            squaredError += error;
            legacyExplained += 1 - error / squaredDistance(x, mean);
            squares += squaredDistance(x, origin);
            Rows.add(sum, 1, Rows.subtract(x, origin));
            normsIn += in;
            normsOut += out;
            if (in > 0) {
                normRatios += out / in;
                ratioTokens++;
            }
            cosines += Rows.cosine(x, reconstruction);
            batchSquares += out * out;
            batchProducts += product;
            addCode(batch.codes()[token], batch.prompts()[token]);
        }
        squaredNormsOut += batchSquares;
        products += batchProducts;
        batchBias += batchSquares / batchProducts;
        tokens += batch.x().length;
        batches++;
    }

    private void addCode(double[] code, int prompt) {
        for (int latent = 0; latent < code.length; latent++) {
            if (code[latent] != 0) {
                l0++;
                l1 += Math.abs(code[latent]);
                activeTokens[latent]++;
                if (lastPrompt[latent] != prompt) {
                    lastPrompt[latent] = prompt;
                    activePrompts[latent]++;
                }
            }
        }
    }

    private static double squaredDistance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return sum;
    }

    /** {@return the number of tokens} */
    public long tokens() {
        return tokens;
    }

    /**
     * Returns {@code 1 − Σ‖x − x̂‖² / Σ‖x − x̄‖²}.
     *
     * @return at most 1; NaN without tokens
     */
    public double explainedVariance() {
        return origin == null ? Double.NaN : 1 - squaredError / (squares - Rows.dot(sum, sum) / tokens);
    }

    /**
     * Returns {@code E‖x̂‖² / E⟨x, x̂⟩} over all tokens (Rajamanoharan et al., arXiv 2404.16014).
     *
     * @return 1 for unbiased reconstructions
     */
    public double relativeReconstructionBias() {
        return squaredNormsOut / products;
    }

    /**
     * Returns SAEBench's metrics by category and name. {@code explained_variance_legacy} is the mean over tokens of
     * {@code 1 − ‖x − x̂‖² / ‖x − m‖²} with the mean m of the token's batch, and {@code relative_reconstruction_bias} is the mean over batches:
     * both depend on the batch size, as in SAEBench.
     *
     * @return the categories {@code reconstruction_quality}, {@code shrinkage} and {@code sparsity}
     */
    public Map<String, Map<String, Double>> metrics() {
        Map<String, Double> quality = new LinkedHashMap<>();
        quality.put("explained_variance", explainedVariance());
        quality.put("explained_variance_legacy", legacyExplained / tokens);
        quality.put("mse", squaredError / tokens);
        quality.put("cossim", cosines / tokens);
        Map<String, Double> shrinkage = new LinkedHashMap<>();
        shrinkage.put("l2_norm_in", normsIn / tokens);
        shrinkage.put("l2_norm_out", normsOut / tokens);
        shrinkage.put("l2_ratio", normRatios / ratioTokens);
        shrinkage.put("relative_reconstruction_bias", batchBias / batches);
        Map<String, Double> sparsity = new LinkedHashMap<>();
        sparsity.put("l0", l0 / tokens);
        sparsity.put("l1", l1 / tokens);
        Map<String, Map<String, Double>> metrics = new LinkedHashMap<>();
        metrics.put("reconstruction_quality", quality);
        metrics.put("shrinkage", shrinkage);
        metrics.put("sparsity", sparsity);
        return metrics;
    }

    /**
     * Returns the share of tokens on which each latent is active.
     *
     * @return [F]
     */
    public double[] density() {
        double[] density = new double[activeTokens.length];
        for (int latent = 0; latent < density.length; latent++) {
            density[latent] = (double) activeTokens[latent] / tokens;
        }
        return density;
    }

    /**
     * Returns the number of active tokens of each latent per prompt in which it is active.
     *
     * @return [F], at least 1; NaN for a latent that is never active
     */
    public double[] activeTokensPerPrompt() {
        double[] ratio = new double[activeTokens.length];
        for (int latent = 0; latent < ratio.length; latent++) {
            ratio[latent] =
                    activePrompts[latent] == 0 ? Double.NaN : (double) activeTokens[latent] / activePrompts[latent];
        }
        return ratio;
    }
}
