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
 * What a sweep says of one member. What could not be measured is null: everything for a member that stopped early, and what needs a
 * model where there is none.
 *
 * @param name of the member
 * @param method what was trained, by its name
 * @param sites the sites that it reads
 * @param targets the sites that a transcoder predicts; null for an autoencoder
 * @param dSae the number of latents
 * @param l0 active latents a token
 * @param explainedVariance 1 − Σ‖x − x̂‖² / Σ‖x − x̄‖²
 * @param crossEntropy of the model with the site replaced by the reconstruction, in nats
 * @param lossRecovered the share of the loss that mean ablation costs which the reconstruction gives back
 * @param deadShare the share of latents that never fired on the tokens of the measurement
 * @param seconds that the member's own steps took
 * @param failure why it stopped early; null where it did not
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

    /** The row of a member that stopped. */
    static SweepRow stopped(SweepOutcome outcome) {
        return row(outcome, null, null, null, null, null);
    }

    /** The row of a member whose dictionary was measured in its model. */
    static SweepRow measured(SweepOutcome outcome, EvaluationReport report) {
        return row(
                outcome,
                report.l0(),
                report.explainedVariance(),
                report.crossEntropy().reconstructed(),
                report.lossRecoveredFromMean(),
                report.deadShare());
    }

    /** The row of a member whose dictionary was measured without a model. */
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
