package dev.assay.evaluate;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How good a dictionary is on text it was not trained on.
 *
 * @param tokens the activations that the figures are over
 * @param explainedVariance 1 − Σ‖x − x̂‖² / Σ‖x − x̄‖²
 * @param meanSquaredError over tokens and dimensions
 * @param cosine the mean cosine of x and x̂
 * @param normRatio the mean of ‖x̂‖ / ‖x‖
 * @param reconstructionBias E‖x̂‖² / E⟨x, x̂⟩, below 1 where reconstructions shrink
 * @param l0 active latents a token
 * @param l1 the sum of the activations of a token
 * @param deadShare the share of latents that never fired on these tokens
 * @param crossEntropy the model's, untouched and with the site replaced
 * @param klDivergence mean KL(clean ‖ with reconstruction) of the next-token distributions, in nats
 */
public record EvaluationReport(
        long tokens,
        double explainedVariance,
        double meanSquaredError,
        double cosine,
        double normRatio,
        double reconstructionBias,
        double l0,
        double l1,
        double deadShare,
        CrossEntropy crossEntropy,
        double klDivergence) {

    /**
     * Mean next-token cross-entropies in nats, with the site at every token that the dictionary is for …
     *
     * @param clean left as it is
     * @param reconstructed replaced by the reconstruction
     * @param meanAblated replaced by the mean activation
     * @param zeroAblated replaced by zero
     */
    public record CrossEntropy(double clean, double reconstructed, double meanAblated, double zeroAblated) {}

    /**
     * Returns the share of the loss that mean ablation costs which the reconstruction gives back.
     *
     * @return 1 is perfect, 0 no better than the mean
     */
    public double lossRecoveredFromMean() {
        return recovered(crossEntropy.meanAblated());
    }

    /**
     * Returns the share of the loss that zero ablation costs which the reconstruction gives back. Where zero is far from every
     * activation, as it often is in a residual stream, this figure flatters.
     *
     * @return 1 is perfect, 0 no better than zero
     */
    public double lossRecoveredFromZero() {
        return recovered(crossEntropy.zeroAblated());
    }

    private double recovered(double ablated) {
        return (ablated - crossEntropy.reconstructed()) / (ablated - crossEntropy.clean());
    }

    /**
     * Returns the figures by the names that SAELens gives them, where it has one.
     *
     * @return in the order to print
     */
    public Map<String, Double> asMap() {
        Map<String, Double> map = new LinkedHashMap<>();
        map.put("explained_variance", explainedVariance);
        map.put("mse", meanSquaredError);
        map.put("cosine", cosine);
        map.put("l2_ratio", normRatio);
        map.put("relative_reconstruction_bias", reconstructionBias);
        map.put("l0", l0);
        map.put("l1", l1);
        map.put("dead_share", deadShare);
        map.put("ce_loss_without_sae", crossEntropy.clean());
        map.put("ce_loss_with_sae", crossEntropy.reconstructed());
        map.put("ce_loss_with_mean_ablation", crossEntropy.meanAblated());
        map.put("ce_loss_with_zero_ablation", crossEntropy.zeroAblated());
        map.put("loss_recovered_mean_ablation", lossRecoveredFromMean());
        map.put("loss_recovered_zero_ablation", lossRecoveredFromZero());
        map.put("kl_div_with_sae", klDivergence);
        map.put("tokens", (double) tokens);
        return map;
    }

    /**
     * Returns the figures as lines for people.
     *
     * @return a small table
     */
    public String toText() {
        return String.format(
                Locale.ROOT,
                """
                on %,d held-out tokens
                explained variance   %.4f     mean squared error %.5g     cosine %.4f
                L0                   %.2f     dead latents       %.2f %%
                cross-entropy        clean %.4f   reconstructed %.4f   mean-ablated %.4f   zero-ablated %.4f
                loss recovered       %.4f of mean ablation, %.4f of zero ablation
                KL divergence        %.4f nats
                """,
                tokens,
                explainedVariance,
                meanSquaredError,
                cosine,
                l0,
                100 * deadShare,
                crossEntropy.clean(),
                crossEntropy.reconstructed(),
                crossEntropy.meanAblated(),
                crossEntropy.zeroAblated(),
                lossRecoveredFromMean(),
                lossRecoveredFromZero(),
                klDivergence);
    }
}
