package dev.assay.evaluate;

import dev.assay.view.Displayable;
import dev.assay.view.Html;
import dev.assay.view.HtmlTable;
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
        double klDivergence)
        implements Displayable {

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

    @Override
    public String toHtml() {
        return HtmlTable.of("Evaluation on " + Html.count(tokens) + " held-out tokens")
                .words("measure")
                .numbers("value")
                .words("")
                .row("explained variance", Html.fixed(explainedVariance, 4), "1 is perfect, 0 no better than the mean")
                .row("mean squared error", Html.number(meanSquaredError), "over tokens and dimensions")
                .row("cosine", Html.fixed(cosine, 4), "of activation and reconstruction")
                .row("norm ratio", Html.fixed(normRatio, 4), "of reconstruction to activation")
                .row("reconstruction bias", Html.fixed(reconstructionBias, 4), "below 1 where reconstructions shrink")
                .row("L0", Html.fixed(l0, 2), "active latents a token")
                .row("L1", Html.fixed(l1, 2), "sum of the activations of a token")
                .row("dead latents", Html.percent(deadShare), "never active on these tokens")
                .row("cross-entropy", Html.fixed(crossEntropy.clean(), 4), "nats, of the model as it is")
                .row(
                        "… reconstructed",
                        Html.fixed(crossEntropy.reconstructed(), 4),
                        "with the reconstruction at the site")
                .row(
                        "… mean-ablated",
                        Html.fixed(crossEntropy.meanAblated(), 4),
                        "with the mean activation at the site")
                .row("… zero-ablated", Html.fixed(crossEntropy.zeroAblated(), 4), "with zero at the site")
                .row("loss recovered", Html.fixed(lossRecoveredFromMean(), 4), "of what mean ablation costs")
                .row(
                        "… of zero ablation",
                        Html.fixed(lossRecoveredFromZero(), 4),
                        "flatters where zero is far from every activation")
                .row("KL divergence", Html.fixed(klDivergence, 4), "nats, of the next-token distributions")
                .toHtml();
    }
}
