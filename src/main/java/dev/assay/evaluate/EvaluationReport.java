package dev.assay.evaluate;

import dev.assay.view.Displayable;
import dev.assay.view.Html;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
 * @param varianceOfFarthestPercent the share of Σ‖x − x̄‖² that the farthest one percent of the tokens carry
 * @param l0PerFile the expected L0 on each file of the text; empty if the text is not from several files
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
        double klDivergence,
        double varianceOfFarthestPercent,
        List<SourceL0> l0PerFile)
        implements Displayable {
    private static final double MOST_OF_THE_VARIANCE = 0.5;

    /** Copies the list. */
    public EvaluationReport {
        l0PerFile = List.copyOf(l0PerFile);
    }

    /**
     * Creates a report of tokens at similar distances from their mean, on text that is not from several files.
     *
     * @param tokens as in the canonical constructor
     * @param explainedVariance as in the canonical constructor
     * @param meanSquaredError as in the canonical constructor
     * @param cosine as in the canonical constructor
     * @param normRatio as in the canonical constructor
     * @param reconstructionBias as in the canonical constructor
     * @param l0 as in the canonical constructor
     * @param l1 as in the canonical constructor
     * @param deadShare as in the canonical constructor
     * @param crossEntropy as in the canonical constructor
     * @param klDivergence as in the canonical constructor
     */
    public EvaluationReport(
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
        this(
                tokens,
                explainedVariance,
                meanSquaredError,
                cosine,
                normRatio,
                reconstructionBias,
                l0,
                l1,
                deadShare,
                crossEntropy,
                klDivergence,
                0,
                List.of());
    }

    /**
     * Mean next-token cross-entropies in nats. Special tokens keep their activation if the dictionary was trained without them.
     *
     * @param clean with the activation unmodified
     * @param reconstructed with the activation replaced by the reconstruction
     * @param mean with the activation replaced by the mean activation
     * @param zero with the activation replaced by zero
     * @param uniform of a uniform distribution over the vocabulary, ln V
     */
    public record CrossEntropy(
            double clean, double reconstructed, AblationLoss mean, AblationLoss zero, double uniform) {
        /** {@return the cross-entropy with the activation replaced by the mean activation} */
        public double meanAblated() {
            return mean.crossEntropy();
        }

        /** {@return the cross-entropy with the activation replaced by zero} */
        public double zeroAblated() {
            return zero.crossEntropy();
        }
    }

    /**
     * Returns the loss recovered relative to mean ablation: {@code (CE_ablated − CE_reconstructed) / (CE_ablated − CE_clean)}.
     *
     * @return the share, or the reason why it is withheld
     */
    public LossRecovered lossRecoveredFromMean() {
        return LossRecovered.of(
                crossEntropy.clean(), crossEntropy.reconstructed(), crossEntropy.mean(), "mean ablation");
    }

    /**
     * Returns the loss recovered relative to zero ablation. The value is optimistic if zero is far from every activation, as is common in a
     * residual stream.
     *
     * @return the share, or the reason why it is withheld
     */
    public LossRecovered lossRecoveredFromZero() {
        return LossRecovered.of(
                crossEntropy.clean(), crossEntropy.reconstructed(), crossEntropy.zero(), "zero ablation");
    }

    /**
     * Returns the metrics by name, with SAELens's names for the metrics that SAELens has. Metrics without a value are left out; {@link
     * #withheld()} has them.
     *
     * @return metrics in display order
     */
    public Map<String, Double> asMap() {
        Map<String, Double> map = all();
        map.values().removeIf(value -> !Double.isFinite(value));
        return map;
    }

    /**
     * Returns the reason for each metric of {@link #asMap()} that has no value.
     *
     * @return a clause by name, in display order
     */
    public Map<String, String> withheld() {
        Map<String, String> reasons = new LinkedHashMap<>();
        all().forEach((name, value) -> {
            if (!Double.isFinite(value)) {
                reasons.put(name, reason(name));
            }
        });
        return reasons;
    }

    private String reason(String metric) {
        return switch (metric) {
            case "loss_recovered_mean_ablation" -> lossRecoveredFromMean().reason();
            case "loss_recovered_zero_ablation" -> lossRecoveredFromZero().reason();
            case "explained_variance" -> "the activations do not vary or are not finite";
            case "l2_ratio" -> "no activation has a finite norm above 0";
            case "relative_reconstruction_bias" -> "reconstructions and activations have no finite product above 0";
            case "ce_loss_without_sae", "ce_loss_with_mean_ablation", "ce_loss_with_zero_ablation" ->
                "no token is predicted, or the logits are not finite";
            default -> "it is not finite";
        };
    }

    private Map<String, Double> all() {
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
        map.put("loss_recovered_mean_ablation", lossRecoveredFromMean().orNaN());
        map.put("loss_recovered_zero_ablation", lossRecoveredFromZero().orNaN());
        map.put("kl_div_with_sae", klDivergence);
        map.put("tokens", (double) tokens);
        return map;
    }

    /**
     * Returns what limits the meaning of the figures: a model that predicts the text no better than a uniform distribution, and a
     * reconstruction with which the model predicts better than with the activation.
     *
     * @return sentences without a full stop; empty if nothing is noteworthy
     */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (crossEntropy.clean() >= crossEntropy.uniform()) {
            warnings.add(String.format(
                    Locale.ROOT,
                    "the cross-entropy of the unmodified model, %.4f nats, is not below %.4f, that of a uniform distribution over its"
                            + " vocabulary: check that model, tokenizer and text belong together",
                    crossEntropy.clean(),
                    crossEntropy.uniform()));
        }
        if (lossRecoveredFromMean().isAboveOne() || lossRecoveredFromZero().isAboveOne()) {
            warnings.add("loss recovered is above 1: the model predicts this text better with the reconstruction than"
                    + " with the activation");
        }
        return warnings;
    }

    /**
     * Returns the reasons of {@link #withheld()} and the {@link #warnings()}, to be shown next to the figures.
     *
     * @return sentences without a full stop; empty if all figures have their usual meaning
     */
    public List<String> remarks() {
        List<String> remarks = new ArrayList<>();
        withheld().forEach((name, reason) -> remarks.add(name.replace('_', ' ') + " is withheld: " + reason));
        if (varianceOfFarthestPercent > MOST_OF_THE_VARIANCE) {
            remarks.add(String.format(
                    Locale.ROOT,
                    "1 %% of the tokens carry %.0f %% of the variance, so the explained variance is mostly theirs; leave"
                            + " them out with --max-norm-ratio or --skip-positions",
                    100 * varianceOfFarthestPercent));
        }
        remarks.addAll(warnings());
        return remarks;
    }

    /**
     * Returns the content of {@code evaluation.json}: the numbers of {@link #asMap()}, {@code l0_per_file}, {@code withheld} with the reason for each metric
     * without a value, and {@code remarks}. The last three are present only if they are not empty.
     *
     * @return numbers, an object and a list by name
     */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>(asMap());
        if (!l0PerFile.isEmpty()) {
            Map<String, Object> files = new LinkedHashMap<>();
            l0PerFile.forEach(file -> files.put(file.label(), Map.of("l0", file.l0(), "tokens", file.tokens())));
            json.put("l0_per_file", files);
        }
        if (!withheld().isEmpty()) {
            json.put("withheld", withheld());
        }
        if (!remarks().isEmpty()) {
            json.put("remarks", remarks());
        }
        return json;
    }

    /**
     * Returns the metrics as text.
     *
     * @return lines, each terminated by a newline
     */
    @Override
    public String toString() {
        return toText("held-out tokens");
    }

    /**
     * Returns the metrics as text.
     *
     * @param counted what the number of tokens counts, such as {@code tokens of all documents}
     * @return lines, each terminated by a newline
     */
    public String toText(String counted) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                """
                on %,d %s
                explained variance   %s     mean squared error %s     cosine %s
                L0                   %.2f     dead latents       %.2f %%, never active on these tokens
                cross-entropy        clean %s   reconstructed %s   mean-ablated %s   zero-ablated %s
                loss recovered       %s of mean ablation, %s of zero ablation
                KL divergence        %s nats
                """,
                tokens,
                counted,
                number("%.4f", explainedVariance),
                number("%.5g", meanSquaredError),
                number("%.4f", cosine),
                l0,
                100 * deadShare,
                number("%.4f", crossEntropy.clean()),
                number("%.4f", crossEntropy.reconstructed()),
                number("%.4f", crossEntropy.meanAblated()),
                number("%.4f", crossEntropy.zeroAblated()),
                cell(lossRecoveredFromMean()).text(),
                cell(lossRecoveredFromZero()).text(),
                number("%.4f", klDivergence)));
        l0PerFile.forEach(file -> text.append(
                String.format(Locale.ROOT, "L0 on %s: %.2f, %,d tokens%n", file.label(), file.l0(), file.tokens())));
        remarks().forEach(remark -> text.append("note: ").append(remark).append('\n'));
        return text.toString();
    }

    private static String number(String pattern, double value) {
        return Cell.number(pattern, value).text();
    }

    /** Returns the cell of a loss recovered: its number, marked if it is above 1, or a dash if it is withheld. */
    static Cell cell(LossRecovered recovered) {
        Cell number = Cell.number(recovered.orNaN());
        return recovered.isAboveOne() ? Cell.text(number.text() + " (> 1)") : number;
    }

    @Override
    public String toHtml() {
        Table table = Table.of("Evaluation on " + Html.count(tokens) + " held-out tokens")
                .words("measure")
                .numbers("value")
                .words("")
                .row(
                        Cell.text("explained variance"),
                        Cell.number("%.4f", explainedVariance),
                        Cell.text("1 is perfect, 0 no better than the mean"))
                .row(
                        Cell.text("mean squared error"),
                        Cell.html(number("%.5g", meanSquaredError), Html.number(meanSquaredError)),
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
                .row(
                        Cell.text("dead latents"),
                        Cell.percent(deadShare, 2),
                        Cell.text("never active on these " + Html.count(tokens) + " tokens"))
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
                .row(Cell.text("loss recovered"), cell(lossRecoveredFromMean()), Cell.text("relative to mean ablation"))
                .row(
                        Cell.text("… of zero ablation"),
                        cell(lossRecoveredFromZero()),
                        Cell.text("optimistic if zero is far from every activation"))
                .row(
                        Cell.text("KL divergence"),
                        Cell.number("%.4f", klDivergence),
                        Cell.text("nats, of the next-token distributions"));
        l0PerFile.forEach(file -> table.row(
                Cell.text("L0 on " + file.label()),
                Cell.number("%.2f", file.l0()),
                Cell.text(Html.count(file.tokens()) + " tokens")));
        remarks().forEach(remark -> table.note(remark + "."));
        return table.toHtml();
    }
}
