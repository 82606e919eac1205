package dev.assay.train.internal.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.train.internal.step.TrainingState;
import dev.assay.train.metrics.MetricNames;
import java.util.LinkedHashMap;
import java.util.Map;

/** Computes the metrics of a step, under the names that SAELens logs. */
final class StepMetrics {
    /** The largest relative variance that float32 rounding of a mean causes. */
    private static final double CONSTANT = 1e-13;

    private StepMetrics() {}

    /**
     * Computes the metrics of a completed step.
     *
     * @param state after the step
     * @param report of the step
     * @param x the scaled batch of the step, [batch, width]
     * @return numbers by name, in the order in which they are shown; the explained variance of a batch of equal rows is NaN
     */
    static Map<String, Number> of(TrainingState state, TrainingState.StepReport report, NDArray x) {
        try (Scope scope = Scope.open()) {
            NDArray target = state.rows(x).target(); // [batch, d_out]
            NDArray centred = target.sub(target.mean(new int[] {0}));
            double variance =
                    centred.square().sum().getFloat() / target.getShape().get(0);
            NDArray density = state.dead().density();
            Map<String, Number> metrics = new LinkedHashMap<>();
            metrics.put(
                    "details/n_training_samples", report.step() * state.plan().batch());
            metrics.put("details/current_learning_rate", report.learningRate());
            metrics.put("details/gradient_norm", report.gradientNorm());
            metrics.put("losses/overall_loss", report.loss());
            report.losses().parts().forEach((name, loss) -> metrics.put("losses/" + name, loss));
            report.losses().logged().forEach((name, number) -> metrics.put("details/" + name, number));
            // A batch of equal rows has no variance, only rounding errors.
            double size = target.get(0).square().sum().getFloat();
            double explained = variance > CONSTANT * size ? 1 - report.squaredError() / variance : Double.NaN;
            metrics.put("metrics/explained_variance", explained);
            metrics.put("metrics/l0", report.l0());
            metrics.put(MetricNames.DEAD_LATENTS, state.dead().deadCount());
            metrics.put("sparsity/below_1e-5", below(density, 1e-5));
            metrics.put("sparsity/below_1e-6", below(density, 1e-6));
            return metrics;
        }
    }

    private static long below(NDArray density, double bound) {
        return Aten.lessThan(density, bound).toType(DataType.INT64, false).sum().getLong();
    }
}
