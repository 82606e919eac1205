package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.train.plan.ThresholdRule;
import java.util.Map;

/** The threshold of {@link ThresholdRule} in a run. */
public final class RunningThreshold implements AutoCloseable {
    /** The name under which a step's log has it. */
    public static final String NAME = "threshold";

    private final ThresholdRule rule;
    private final NDArray value; // float64 scalar; NaN before the first batch that counts

    RunningThreshold(NDManager manager, ThresholdRule rule) {
        this.rule = rule;
        double start = rule.start() == ThresholdRule.Start.ZERO ? 0 : Double.NaN;
        this.value = Scope.detached(() -> manager.create(start));
    }

    /** Takes note of the smallest selected activation of a step, and logs the threshold after it. */
    void follow(double smallest, ScheduleStep moment, StepAccumulator sums) {
        if (moment.step() >= rule.after()) {
            double before = value.getDouble();
            double after = Double.isNaN(before) ? smallest : (1 - rule.rate()) * before + rule.rate() * smallest;
            try (Scope scope = Scope.open()) {
                Aten.copy_(value, value.getManager().create(after));
            }
        }
        log(sums);
    }

    /** Logs the threshold of a step that selected nothing, which leaves it. */
    void log(StepAccumulator sums) {
        sums.log(NAME, value.duplicate());
    }

    /**
     * Returns what a dictionary is whose latents are active above the threshold; above 0 where no batch counted yet.
     *
     * @param p the dictionary
     * @param rescaled whether the threshold is one of pre-activations times decoder norms
     * @param scale of the activations in training
     */
    Objective.Trained trained(DictionaryParameters p, boolean rescaled, double scale) {
        double known = value.getDouble();
        float unscaled = Double.isNaN(known) ? 0 : (float) (known / scale);
        NDArray thresholds = p.encoderBias().onesLike().mul(unscaled);
        if (!rescaled) {
            return Objective.Trained.jumpRelu(thresholds);
        }
        // pre · n > θ where pre > θ / n; folding the norms multiplies by n again.
        return Objective.Trained.jumpRelu(thresholds.div(p.decoderNorms())).foldingNorms();
    }

    Map<String, NDArray> state() {
        return Map.of(NAME, value);
    }

    @Override
    public void close() {
        value.close();
    }
}
