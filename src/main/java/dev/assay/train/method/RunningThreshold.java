package dev.assay.train.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.LossNames;
import dev.assay.train.spi.LossSums;
import dev.assay.train.spi.ScheduleStep;
import dev.assay.train.spi.TrainedParameters;
import java.util.Map;

/** State of the threshold of a {@link ThresholdRule} during a run. */
final class RunningThreshold implements AutoCloseable {
    private final ThresholdRule rule;
    private final NDArray value; // float64 scalar; NaN before the first update

    RunningThreshold(NDManager manager, ThresholdRule rule) {
        this.rule = rule;
        double start = rule.start() == ThresholdRule.Start.ZERO ? 0 : Double.NaN;
        this.value = Scope.detached(() -> manager.create(start));
    }

    /** Updates the threshold with the smallest selected activation of a step: θ ← (1 − rate) · θ + rate · smallest. */
    void update(double smallest, ScheduleStep step) {
        if (step.step() < rule.after()) {
            return;
        }
        double before = value.getDouble();
        double after = Double.isNaN(before) ? smallest : (1 - rule.rate()) * before + rule.rate() * smallest;
        try (Scope scope = Scope.open()) {
            Aten.copy_(value, Aten.doubles(value.getManager(), after).reshape(value.getShape()));
        }
    }

    /** Logs the current threshold. */
    void log(LossSums losses) {
        losses.log(LossNames.THRESHOLD, value.duplicate());
    }

    /**
     * Returns the trained JumpReLU parameters. The threshold is 0 if there was no update.
     *
     * @param parameters the dictionary
     * @param rescaled whether the threshold applies to pre-activations times decoder norms
     * @param scale the activation scale of training
     */
    TrainedParameters trained(DictionaryParameters parameters, boolean rescaled, double scale) {
        double current = value.getDouble();
        float unscaled = Double.isNaN(current) ? 0 : (float) (current / scale);
        NDArray thresholds = parameters.encoderBias().onesLike().mul(unscaled);
        if (!rescaled) {
            return TrainedParameters.jumpRelu(thresholds);
        }
        // pre · n > θ where pre > θ / n; folding the norms multiplies by n again.
        return TrainedParameters.jumpRelu(thresholds.div(parameters.decoderNorms()))
                .foldingDecoderNorms();
    }

    Map<String, NDArray> state() {
        return Map.of(LossNames.THRESHOLD, value);
    }

    @Override
    public void close() {
        value.close();
    }
}
