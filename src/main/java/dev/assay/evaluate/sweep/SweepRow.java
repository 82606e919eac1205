package dev.assay.evaluate.sweep;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.assay.evaluate.ActivationCounts;
import dev.assay.evaluate.EvaluationReport;
import dev.assay.evaluate.LossRecovered;
import dev.assay.evaluate.ReconstructionStatistics;
import dev.assay.sae.Sites;
import dev.assay.train.plan.SweepOutcome;
import java.util.List;

/**
 * The metrics of one member of a sweep. Metrics that are not available are null: all metrics of a member that stopped early, and loss
 * metrics if the sweep was evaluated without a model.
 *
 * @param name the member's name
 * @param method the name of the training method
 * @param sites the sites that the dictionary reads
 * @param targets the sites that a transcoder predicts; null for an autoencoder
 * @param dSae the number of latents
 * @param l0 the mean number of active latents per token
 * @param explainedVariance 1 − Σ‖x − x̂‖² / Σ‖x − x̄‖²
 * @param crossEntropy the model's cross-entropy with the site replaced by the reconstruction, in nats
 * @param lossRecovered the loss recovered relative to mean ablation, see {@link EvaluationReport#lossRecoveredFromMean()}
 * @param withheld the reason why the loss recovered is withheld; null if it is not
 * @param warnings what limits the meaning of the metrics, see {@link EvaluationReport#warnings()}; null if nothing does
 * @param deadShare the share of latents that were never active on the evaluated tokens
 * @param tokens the number of evaluated tokens
 * @param seconds the duration of the member's own training steps
 * @param failure the reason for stopping early; null if training completed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record SweepRow(
        String name,
        String method,

        @JsonProperty("site")
        @JsonFormat(
                with = {
                    JsonFormat.Feature.WRITE_SINGLE_ELEM_ARRAYS_UNWRAPPED,
                    JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY
                })
        List<String> sites,

        @JsonProperty("site_out")
        @JsonFormat(
                with = {
                    JsonFormat.Feature.WRITE_SINGLE_ELEM_ARRAYS_UNWRAPPED,
                    JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY
                })
        List<String> targets,

        @JsonProperty("d_sae") Integer dSae,
        Double l0,
        @JsonProperty("explained_variance") Double explainedVariance,
        @JsonProperty("ce_loss_with_sae") Double crossEntropy,
        @JsonProperty("loss_recovered_mean_ablation") Double lossRecovered,
        @JsonProperty("loss_recovered_withheld") String withheld,
        List<String> warnings,
        @JsonProperty("dead_share") Double deadShare,
        Long tokens,
        double seconds,
        String failure) {

    /** Copies the warnings. */
    public SweepRow {
        warnings = warnings == null ? null : List.copyOf(warnings);
    }

    /** Returns the row of a member that stopped early. */
    static SweepRow stopped(SweepOutcome outcome) {
        return row(outcome, null, null, null, null, null, null, null, null);
    }

    /** Returns the row of a member that was evaluated in its model. */
    static SweepRow measured(SweepOutcome outcome, EvaluationReport report) {
        LossRecovered recovered = report.lossRecoveredFromMean();
        List<String> warnings = report.warnings();
        return row(
                outcome,
                report.l0(),
                finite(report.explainedVariance()),
                finite(report.crossEntropy().reconstructed()),
                finite(recovered.orNaN()),
                recovered.reason().isEmpty() ? null : recovered.reason(),
                warnings.isEmpty() ? null : warnings,
                report.deadShare(),
                report.tokens());
    }

    /** Returns the row of a member that was evaluated without a model. */
    static SweepRow measured(SweepOutcome outcome, ReconstructionStatistics statistics, ActivationCounts counts) {
        return row(
                outcome,
                counts.l0(),
                finite(statistics.explainedVariance()),
                null,
                null,
                null,
                null,
                counts.deadShare(),
                statistics.tokens());
    }

    /** Returns null for a metric without a value, which JSON cannot represent as a number. */
    private static Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private static SweepRow row(
            SweepOutcome outcome,
            Double l0,
            Double explainedVariance,
            Double crossEntropy,
            Double lossRecovered,
            String withheld,
            List<String> warnings,
            Double deadShare,
            Long tokens) {
        var plan = outcome.member().plan();
        Sites sites = outcome.member().sites();
        return new SweepRow(
                outcome.member().name(),
                plan == null ? null : plan.method().label(),
                sites.readNames(),
                sites.transcodes() ? sites.writeNames() : null,
                plan == null ? null : plan.dSae(),
                l0,
                explainedVariance,
                crossEntropy,
                lossRecovered,
                withheld,
                warnings,
                deadShare,
                tokens,
                outcome.seconds(),
                outcome.failure().orElse(null));
    }
}
