package dev.assay.evaluate;

import dev.assay.view.Displayable;
import dev.assay.view.Html;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
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
                        Cell.text("nats, of the model as it is"))
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
                        Cell.text("of what mean ablation costs"))
                .row(
                        Cell.text("… of zero ablation"),
                        Cell.number("%.4f", lossRecoveredFromZero()),
                        Cell.text("flatters where zero is far from every activation"))
                .row(
                        Cell.text("KL divergence"),
                        Cell.number("%.4f", klDivergence),
                        Cell.text("nats, of the next-token distributions"))
                .toHtml();
    }
}
