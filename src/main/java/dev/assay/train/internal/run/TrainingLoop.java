package dev.assay.train.internal.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.ProgressBar;
import dev.assay.activation.ActivationBuffer;
import dev.assay.activation.ActivationSource;
import dev.assay.io.Json;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.Scope;
import dev.assay.train.internal.step.ActivationScale;
import dev.assay.train.internal.step.InitialDictionary;
import dev.assay.train.internal.step.TrainedDictionaryBuilder;
import dev.assay.train.internal.step.TrainingState;
import dev.assay.train.metrics.MetricsSink;
import dev.assay.train.metrics.RunInfo;
import dev.assay.train.plan.TrainingPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Draws batches, takes steps, and keeps the log and the checkpoints, until the plan is done. */
public final class TrainingLoop implements AutoCloseable {
    private static final int STEPS_BETWEEN_LINES = 10;

    private final TrainingPlan plan;
    private final ActivationSource source;
    private final TrainingState state;
    private final ActivationBuffer buffer;
    private final NDArray x; // [batch, d_in]
    private final RunOutput output; // null where nothing is written
    private final CheckpointKeeper checkpoints; // null where nothing is written
    private final boolean showsProgress;
    private ActivationScale scale; // null until it was measured
    private boolean drawn; // whether x is already the batch of the next step
    private long checkpointedAt = System.nanoTime();

    /**
     * Starts a run, or continues the one in the output folder.
     *
     * @param manager owns the arrays
     * @param plan what to do
     * @param source of activations
     * @param shuffling the buffer
     * @param output what is written down; null for nothing
     * @param showsProgress whether a progress bar is drawn
     */
    public TrainingLoop(
            NDManager manager,
            TrainingPlan plan,
            ActivationSource source,
            ShuffleOptions shuffling,
            RunOutput output,
            boolean showsProgress)
            throws IOException {
        this.plan = plan;
        this.source = source;
        this.output = output;
        this.showsProgress = showsProgress;
        this.checkpoints = output == null ? null : output.checkpoints();
        if (checkpoints != null) {
            checkpoints.findBest(plan, source.provenance());
        }
        this.x = Scope.detached(() -> manager.zeros(new Shape(plan.batch(), source.width())));
        this.state =
                new TrainingState(manager, plan, InitialDictionary.of(manager, plan, source.sites(), source.widths()));
        Optional<Path> checkpoint = checkpoints == null ? Optional.empty() : checkpoints.newest();
        if (checkpoint.isPresent()) {
            TrainingCheckpoints.Header header =
                    TrainingCheckpoints.restore(checkpoint.get(), state, source.provenance());
            this.scale = header.scale();
            this.drawn = TrainingCheckpoints.refusedBatch(checkpoint.get(), x);
            this.buffer = shuffling.resume(source, checkpoint.get(), header.buffer());
        } else {
            this.buffer = shuffling.start(source);
        }
    }

    private String site() {
        return source.provenance().summary();
    }

    public SparseAutoencoder run() throws IOException {
        if (scale == null) {
            scale = plan.normalizes()
                    ? ActivationScale.measure(buffer.pool(), state.parameters().dIn(), site())
                    : ActivationScale.of(1);
        }
        try (MetricsSink sink = output == null ? null : output.metrics(facts(), state.stepsTaken());
                ProgressBar bar = showsProgress ? new ProgressBar("training", plan.steps() * plan.batch()) : null) {
            if (bar != null) {
                bar.update(tokens(), "");
            }
            RunSpeed speed = new RunSpeed(tokens());
            long start = state.stepsTaken();
            while (state.stepsTaken() < plan.steps()) {
                state.keepWindowShort();
                draw();
                TrainingState.StepReport report = step();
                if (sink != null) {
                    record(report, report.step() == start + 1, sink, speed);
                }
                if (bar != null) {
                    bar.update(tokens(), note(report));
                }
            }
        }
        return TrainedDictionaryBuilder.fold(
                state, scale, source.provenance(), plan.target().sites(source.sites(), source.widths()));
    }

    private RunInfo facts() {
        String name = output.folder().toAbsolutePath().normalize().getFileName().toString();
        return new RunInfo(
                name, site(), plan.steps(), plan.batch(), Json.mapper().valueToTree(plan));
    }

    private long tokens() {
        return state.stepsTaken() * plan.batch();
    }

    private void draw() throws IOException {
        if (drawn) {
            drawn = false;
            return;
        }
        buffer.next(x);
        scale.apply_(x, state.parameters().dIn());
    }

    /** Writes down what is due after a step. */
    private void record(TrainingState.StepReport report, boolean first, MetricsSink sink, RunSpeed speed)
            throws IOException {
        boolean last = report.step() == plan.steps();
        boolean line = last || report.step() % STEPS_BETWEEN_LINES == 0;
        boolean checkpoint = last
                || System.nanoTime() - checkpointedAt
                        >= output.checkpointEvery().toNanos();
        if (!line && !checkpoint && !first) {
            return;
        }
        Map<String, Number> metrics = StepMetrics.of(state, report, x);
        checkpoints.check(metrics);
        if (line) { // before the checkpoint: a run that goes on from there does not write this line again
            Map<String, Number> timed = new LinkedHashMap<>(metrics);
            timed.put(MetricsSink.TOKENS_PER_SECOND, speed.since(tokens()));
            sink.write(report.step(), timed);
        }
        if (checkpoint) {
            checkpoints.save(running(null), metrics);
            checkpointedAt = System.nanoTime();
        }
    }

    private TrainingCheckpoints.RunningState running(NDArray refusedBatch) {
        return new TrainingCheckpoints.RunningState(state, source.provenance(), scale, buffer, refusedBatch);
    }

    /** Takes a step; before a run ends for a number that is not finite, what it has learned so far is saved. */
    private TrainingState.StepReport step() {
        try {
            TrainingState.StepReport report = state.step(x);
            state.resampleWhenDue(buffer::pool, scale);
            return report;
        } catch (TrainingState.NotFiniteException failure) {
            InvalidInputException explained =
                    failure.explain(x, site(), plan.optimizer().learningRate());
            if (checkpoints != null && state.stepsTaken() > 0) {
                try {
                    checkpoints.save(running(x), Map.of());
                } catch (IOException another) {
                    explained.addSuppressed(another);
                }
            }
            throw explained;
        }
    }

    private static String note(TrainingState.StepReport report) {
        return String.format(Locale.ROOT, "mse %.4g  L0 %.1f", report.squaredError(), report.l0());
    }

    @Override
    public void close() throws IOException {
        buffer.close();
        state.close();
        x.close();
    }
}
