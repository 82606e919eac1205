package dev.assay.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.ProgressBar;
import dev.assay.activation.ActivationBuffer;
import dev.assay.activation.ActivationProvenance;
import dev.assay.activation.ActivationSource;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Draws batches, takes steps, and keeps the log and the checkpoints, until the plan is done. */
final class TrainingLoop implements AutoCloseable {
    private static final int STEPS_BETWEEN_LINES = 10;
    private static final long SPARSITY_WINDOW = 1_000_000;

    private final TrainingPlan plan;
    private final ActivationSource source;
    private final TrainingState state;
    private final ActivationBuffer buffer;
    private final NDArray x; // [batch, d_in]
    private final Path output; // null where nothing is written
    private final TrainingCheckpoints checkpoints; // null where nothing is written
    private final long checkpointPause;
    private final boolean showsProgress;
    private double scale; // 0 until it was measured
    private long checkpointedAt = System.nanoTime();

    TrainingLoop(
            NDManager manager,
            TrainingPlan plan,
            ActivationSource source,
            int bufferRows,
            Path output,
            Duration checkpointEvery,
            boolean showsProgress)
            throws IOException {
        this.plan = plan;
        this.source = source;
        this.output = output;
        this.checkpointPause = checkpointEvery.toNanos();
        this.showsProgress = showsProgress;
        this.checkpoints = output == null ? null : new TrainingCheckpoints(output.resolve("checkpoints"));
        int dIn = source.width();
        this.x = Scope.outside(() -> manager.zeros(new Shape(plan.batch(), dIn)));
        this.state =
                new TrainingState(manager, plan, DictionaryParameters.random(manager, dIn, plan.dSae(), plan.seed()));
        Optional<Path> checkpoint = checkpoints == null ? Optional.empty() : checkpoints.latest();
        if (checkpoint.isPresent()) {
            TrainingCheckpoints.Header header =
                    TrainingCheckpoints.restore(checkpoint.get(), state, source.provenance());
            this.scale = header.scale();
            try (Scope scope = Scope.open()) {
                NDArray pool = TrainingCheckpoints.pool(checkpoint.get(), manager, bufferRows);
                this.buffer = ActivationBuffer.resume(source, header.buffer(), pool, plan.seed());
            }
        } else {
            this.buffer = ActivationBuffer.fill(source, source.device(), bufferRows, plan.seed());
        }
    }

    /** √d over the mean norm of the rows: what brings the mean norm to √d. */
    private double scaleOf(NDArray rows) {
        try (Scope scope = Scope.open()) {
            double mean = Aten.rowNorms(rows).mean().getFloat();
            if (!Double.isFinite(mean)) {
                throw notFinite(rows, "the first " + rows.getShape().get(0) + " activations");
            }
            if (mean == 0) {
                throw new InvalidInputException("every activation of " + site() + " is zero");
            }
            return Math.sqrt(source.width()) / mean;
        }
    }

    private String site() {
        ActivationProvenance from = source.provenance();
        return from.hook() + " of " + from.model() + " on " + from.text();
    }

    SparseAutoencoder run() throws IOException {
        if (scale == 0) {
            scale = plan.normalizes() ? scaleOf(buffer.pool()) : 1;
        }
        try (MetricsLog log = output == null ? null : openLog();
                ProgressBar bar = showsProgress ? new ProgressBar("training", plan.steps() * plan.batch()) : null) {
            while (state.stepsTaken() < plan.steps()) {
                keepWindowShort();
                buffer.next(x);
                if (scale != 1) {
                    Aten.mul_(x, scale);
                }
                TrainingState.StepReport report = step();
                if (log != null && (report.step() % STEPS_BETWEEN_LINES == 0 || report.step() == plan.steps())) {
                    log.write(metrics(report));
                }
                if (bar != null) {
                    bar.update(report.step() * plan.batch(), note(report));
                }
                checkpoint();
            }
        }
        return TrainedDictionary.fold(state, scale, source.provenance());
    }

    /** Firing counts start anew now and then, but not so late that the dictionary's densities would be over a few tokens. */
    private void keepWindowShort() {
        long tokensLeft = (plan.steps() - state.stepsTaken()) * plan.batch();
        if (state.dead().windowTokens() >= SPARSITY_WINDOW && tokensLeft >= SPARSITY_WINDOW) {
            state.dead().clearWindow();
        }
    }

    private MetricsLog openLog() throws IOException {
        return new MetricsLog(output.resolve("metrics.jsonl"), state.stepsTaken());
    }

    private TrainingState.StepReport step() {
        try {
            return state.step(x);
        } catch (TrainingState.NotFiniteException failure) {
            throw notFinite(x, "batch " + failure.step());
        }
    }

    private InvalidInputException notFinite(NDArray rows, String which) {
        try (Scope scope = Scope.open()) {
            long bad = rows.isNaN()
                    .logicalOr(rows.isInfinite())
                    .toType(DataType.INT64, false)
                    .sum()
                    .getLong();
            String site = site();
            return new InvalidInputException(
                    bad > 0
                            ? which + " of " + site + " holds " + bad + " values that are not finite numbers"
                            : which + " of " + site
                                    + " gave a loss or a gradient that is not a finite number though its activations are; "
                                    + "a lower learning rate than "
                                    + plan.optimizer().learningRate() + " may help");
        }
    }

    private Map<String, Object> metrics(TrainingState.StepReport report) {
        try (Scope scope = Scope.open()) {
            NDArray centred = x.sub(x.mean(new int[] {0}));
            double variance = centred.square().sum().getFloat() / plan.batch();
            NDArray density = state.dead().density();
            Map<String, Object> line = new LinkedHashMap<>();
            line.put(MetricsLog.STEP, report.step());
            line.put("details/n_training_samples", report.step() * plan.batch());
            line.put("details/current_learning_rate", report.learningRate());
            line.put("details/gradient_norm", report.gradientNorm());
            line.put("losses/overall_loss", report.loss());
            line.put("losses/mse_loss", report.squaredError());
            line.put("losses/auxiliary_reconstruction_loss", report.auxiliary());
            line.put("metrics/explained_variance", 1 - report.squaredError() / variance);
            line.put("metrics/l0", report.l0());
            line.put("sparsity/dead_features", state.dead().deadCount());
            line.put("sparsity/below_1e-5", below(density, 1e-5));
            line.put("sparsity/below_1e-6", below(density, 1e-6));
            return line;
        }
    }

    private static long below(NDArray density, double bound) {
        return density.lt(bound).toType(DataType.INT64, false).sum().getLong();
    }

    private static String note(TrainingState.StepReport report) {
        return String.format(Locale.ROOT, "mse %.4g  L0 %.1f", report.squaredError(), report.l0());
    }

    private void checkpoint() throws IOException {
        boolean due = System.nanoTime() - checkpointedAt >= checkpointPause;
        if (checkpoints != null && (due || state.stepsTaken() == plan.steps())) {
            checkpoints.save(state, source.provenance(), scale, buffer);
            checkpointedAt = System.nanoTime();
        }
    }

    @Override
    public void close() throws IOException {
        buffer.close();
        state.close();
        x.close();
    }
}
