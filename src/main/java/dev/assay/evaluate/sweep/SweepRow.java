package dev.assay.evaluate.sweep;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.assay.evaluate.ActivationCounts;
import dev.assay.evaluate.EvaluationReport;
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
 * @param deadShare the share of latents that were never active on the evaluated tokens
 * @param seconds the duration of the member's own training steps
 * @param failure the reason for stopping early; null if training completed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
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
        @JsonProperty("dead_share") Double deadShare,
        double seconds,
        String failure) {

    /** Returns the row of a member that stopped early. */
    static SweepRow stopped(SweepOutcome outcome) {
        return row(outcome, null, null, null, null, null);
    }

    /** Returns the row of a member that was evaluated in its model. */
    static SweepRow measured(SweepOutcome outcome, EvaluationReport report) {
        return row(
                outcome,
                report.l0(),
                report.explainedVariance(),
                report.crossEntropy().reconstructed(),
                report.lossRecoveredFromMean(),
                report.deadShare());
    }

    /** Returns the row of a member that was evaluated without a model. */
    static SweepRow measured(SweepOutcome outcome, ReconstructionStatistics statistics, ActivationCounts counts) {
        return row(outcome, counts.l0(), statistics.explainedVariance(), null, null, counts.deadShare());
    }

    private static SweepRow row(
            SweepOutcome outcome,
            Double l0,
            Double explainedVariance,
            Double crossEntropy,
            Double lossRecovered,
            Double deadShare) {
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
                deadShare,
                outcome.seconds(),
                outcome.failure().orElse(null));
    }
}
