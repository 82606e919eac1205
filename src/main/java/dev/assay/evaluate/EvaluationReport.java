package dev.assay.evaluate;

import dev.assay.view.Displayable;
import dev.assay.view.Html;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Evaluation metrics of a dictionary on text that was not used for training.
 *
 * @param tokens the number of activations
 * @param explainedVariance 1 − Σ‖x − x̂‖² / Σ‖x − x̄‖²
 * @param meanSquaredError the mean over tokens and dimensions
 * @param cosine the mean cosine similarity of x and x̂
 * @param normRatio the mean of ‖x̂‖ / ‖x‖
 * @param reconstructionBias E‖x̂‖² / E⟨x, x̂⟩, below 1 if reconstructions shrink
 * @param l0 the mean number of active latents per token
 * @param l1 the mean sum of activations per token
 * @param deadShare the share of latents that were never active on these tokens
 * @param crossEntropy the model's cross-entropies, unmodified and with the site replaced
 * @param klDivergence the mean KL(clean ‖ with reconstruction) of the next-token distributions, in nats
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
     * Mean next-token cross-entropies in nats. Special tokens keep their activation if the dictionary was trained without them.
     *
     * @param clean with the activation unmodified
     * @param reconstructed with the activation replaced by the reconstruction
     * @param meanAblated with the activation replaced by the mean activation
     * @param zeroAblated with the activation replaced by zero
     */
    public record CrossEntropy(double clean, double reconstructed, double meanAblated, double zeroAblated) {}

    /**
     * Returns the loss recovered relative to mean ablation: {@code (CE_ablated − CE_reconstructed) / (CE_ablated − CE_clean)}.
     *
     * @return 1 for no loss increase, 0 for the loss of mean ablation
     */
    public double lossRecoveredFromMean() {
        return recovered(crossEntropy.meanAblated());
    }

    /**
     * Returns the loss recovered relative to zero ablation. The value is optimistic if zero is far from every activation, as is common in a
     * residual stream.
     *
     * @return 1 for no loss increase, 0 for the loss of zero ablation
     */
    public double lossRecoveredFromZero() {
        return recovered(crossEntropy.zeroAblated());
    }

    private double recovered(double ablated) {
        return (ablated - crossEntropy.reconstructed()) / (ablated - crossEntropy.clean());
    }

    /**
     * Returns the metrics by name, with SAELens's names for the metrics that SAELens has.
     *
     * @return metrics in display order
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
     * Returns the metrics as text.
     *
     * @return lines, each terminated by a newline
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
        return Table.of("Evaluation on " + Html.count(tokens) + " held-out tokens")
                .words("measure")
                .numbers("value")
                .words("")
                .row(
                        Cell.text("explained variance"),
                        Cell.number("%.4f", explainedVariance),
                        Cell.text("1 is perfect, 0 no better than the mean"))
                .row(
                        Cell.text("mean squared error"),
                        Cell.html(String.format(Locale.ROOT, "%.5g", meanSquaredError), Html.number(meanSquaredError)),
                        Cell.text("over tokens and dimensions"))
                .row(Cell.text("cosine"), Cell.number("%.4f", cosine), Cell.text("of activation and reconstruction"))
                .row(
                        Cell.text("norm ratio"),
                        Cell.number("%.4f", normRatio),
                        Cell.text("of reconstruction to activation"))
                .row(
                        Cell.text("reconstruction bias"),
                        Cell.number("%.4f", reconstructionBias),
                        Cell.text("below 1 where reconstructions shrink"))
                .row(Cell.text("L0"), Cell.number("%.2f", l0), Cell.text("active latents per token"))
                .row(Cell.text("L1"), Cell.number("%.2f", l1), Cell.text("sum of activations per token"))
                .row(Cell.text("dead latents"), Cell.percent(deadShare, 2), Cell.text("never active on these tokens"))
                .row(
                        Cell.text("cross-entropy"),
                        Cell.number("%.4f", crossEntropy.clean()),
                        Cell.text("nats, of the unmodified model"))
                .row(
                        Cell.text("… reconstructed"),
                        Cell.number("%.4f", crossEntropy.reconstructed()),
                        Cell.text("with the reconstruction at the site"))
                .row(
                        Cell.text("… mean-ablated"),
                        Cell.number("%.4f", crossEntropy.meanAblated()),
                        Cell.text("with the mean activation at the site"))
                .row(
                        Cell.text("… zero-ablated"),
                        Cell.number("%.4f", crossEntropy.zeroAblated()),
                        Cell.text("with zero at the site"))
                .row(
                        Cell.text("loss recovered"),
                        Cell.number("%.4f", lossRecoveredFromMean()),
                        Cell.text("relative to mean ablation"))
                .row(
                        Cell.text("… of zero ablation"),
                        Cell.number("%.4f", lossRecoveredFromZero()),
                        Cell.text("optimistic if zero is far from every activation"))
                .row(
                        Cell.text("KL divergence"),
                        Cell.number("%.4f", klDivergence),
                        Cell.text("nats, of the next-token distributions"))
                .toHtml();
    }
}
