package dev.assay.train.internal.run;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationBuffer;
import dev.assay.activation.ActivationSource;
import dev.assay.io.Json;
import dev.assay.provenance.Provenance;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.train.internal.step.ActivationScale;
import dev.assay.train.internal.step.TrainedDictionaryBuilder;
import dev.assay.train.internal.step.TrainingState;
import dev.assay.train.metrics.MetricNames;
import dev.assay.train.metrics.RunInfo;
import dev.assay.train.metrics.TrainingProgress;
import dev.assay.train.plan.SweepMember;
import dev.assay.train.plan.SweepOutcome;
import dev.assay.train.plan.TrainingPlan;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A member in training: its state, activation scale, listeners and best checkpoint. */
final class RunningMember implements Member, AutoCloseable {
    private static final int STEPS_BETWEEN_LINES = 10;

    private final MemberSetup setup;
    private final Provenance provenance;
    private final TrainingState state;
    private final ActivationScale scale;
    private final MemberListeners listeners;
    private final RunSpeed speed;
    private final long firstStep;
    private Map<String, Number> metrics = Map.of(); // of the last step, where they were computed
    private double seconds;

    /**
     * Starts or resumes a member.
     *
     * @param setup its description
     * @param provenance of its activations
     * @param state closed with this member
     * @param scale of its activations
     * @param seconds spent so far
     */
    RunningMember(
            MemberSetup setup, Provenance provenance, TrainingState state, ActivationScale scale, double seconds) {
        this.setup = setup;
        this.provenance = provenance;
        this.state = state;
        this.scale = scale;
        this.seconds = seconds;
        this.listeners = new MemberListeners(setup.listeners());
        this.firstStep = state.stepsTaken() + 1;
        this.speed = new RunSpeed(tokens());
    }

    /** The provenance of a member's activations, as if it were trained alone. */
    static Provenance provenance(ActivationSource source, SweepMember member) {
        List<String> sites = member.sites().names();
        return sites.equals(source.sites())
                ? source.provenance()
                : source.provenance().withSites(sites, List.of());
    }

    void start() throws IOException {
        TrainingPlan plan = plan();
        listeners.start(
                new RunInfo(
                        setup.title(),
                        provenance.summary(),
                        plan.steps(),
                        plan.batch(),
                        Json.mapper().valueToTree(plan)),
                trainingProgress());
    }

    /**
     * Performs a step.
     *
     * @param batches the current batch
     * @return the report of the step
     * @throws TrainingState.NotFiniteException when the step was refused; the state is that before the step
     */
    TrainingState.StepReport step(SharedBatches batches) {
        long start = System.nanoTime();
        state.keepWindowShort();
        TrainingState.StepReport report = state.step(batch(batches));
        state.resampleWhenDue(() -> batches.pool(member().sites().names()), scale);
        metrics = Map.of();
        seconds += (System.nanoTime() - start) / 1e9;
        return report;
    }

    NDArray batch(SharedBatches batches) {
        return batches.batch(member().sites().names(), scale, state.parameters().dIn());
    }

    InvalidInputException explain(TrainingState.NotFiniteException failure, SharedBatches batches) {
        return failure.explain(
                batch(batches), provenance.summary(), plan().optimizer().learningRate());
    }

    /**
     * Computes the metrics that are due after a step and sends them to the listeners.
     *
     * @param report of the step
     * @param batches the batch of the step
     * @param checkpoint whether a checkpoint of this state will be written, which holds the metrics
     */
    void record(TrainingState.StepReport report, SharedBatches batches, boolean checkpoint) throws IOException {
        long step = report.step();
        boolean evaluates = setup.heldOut().isDue(step, plan().steps());
        boolean line = step == plan().steps() || step % STEPS_BETWEEN_LINES == 0 || evaluates;
        if (!line && !checkpoint && step != firstStep) {
            return;
        }
        long start = System.nanoTime();
        Map<String, Number> measured = new LinkedHashMap<>(StepMetrics.of(state, report, batch(batches)));
        seconds += (System.nanoTime() - start) / 1e9;
        if (evaluates) {
            measured.putAll(setup.heldOut().measure(dictionary()));
        }
        setup.best().check(measured, evaluates);
        metrics = measured;
        if (line) { // before the checkpoint: a run that resumes from it does not write this line again
            Map<String, Number> timed = new LinkedHashMap<>(measured);
            timed.put(MetricNames.TOKENS_PER_SECOND, speed.since(tokens()));
            listeners.step(trainingProgress(), timed);
        }
    }

    /** Returns whether the best checkpoint of this member is decided by an evaluation that follows this step. */
    boolean needsCheckpoint() {
        return setup.best().needsEvaluation() && setup.heldOut().isDue(steps(), plan().steps());
    }

    /** Replaces this member by a stopped one, and closes it. */
    StoppedMember stop(RuntimeException reason) throws IOException {
        close();
        MemberProgress end =
                new MemberProgress(member().name(), StoppedMember.message(reason), steps(), scale, seconds);
        return new StoppedMember(member(), end, reason);
    }

    /** The content of a checkpoint without the shuffling buffer. */
    TrainingCheckpoints.RunningState stateAlone() {
        return new TrainingCheckpoints.RunningState(state, provenance, scale, null, null);
    }

    /** The content of a checkpoint with the shuffling buffer. */
    TrainingCheckpoints.RunningState stateWith(ActivationBuffer buffer) {
        return new TrainingCheckpoints.RunningState(state, provenance, scale, buffer, null);
    }

    String note(TrainingState.StepReport report) {
        return String.format(Locale.ROOT, "mse %.4g  L0 %.1f", report.squaredError(), report.l0());
    }

    private TrainingPlan plan() {
        return state.plan();
    }

    private long tokens() {
        return steps() * plan().batch();
    }

    private TrainingProgress trainingProgress() {
        return new TrainingProgress(setup.title(), steps(), plan().steps(), plan().batch());
    }

    long steps() {
        return state.stepsTaken();
    }

    /** The metrics of the last step; empty where they were not computed. */
    Map<String, Number> metrics() {
        return metrics;
    }

    BestCheckpointFile best() {
        return setup.best();
    }

    @Override
    public SweepMember member() {
        return setup.member();
    }

    @Override
    public MemberProgress progress() {
        return new MemberProgress(member().name(), null, steps(), scale, seconds);
    }

    @Override
    public SparseAutoencoder dictionary() {
        return TrainedDictionaryBuilder.fold(state, scale, provenance, member().sites());
    }

    @Override
    public SweepOutcome outcome() {
        return new SweepOutcome(member(), Optional.of(dictionary()), Optional.empty(), steps(), seconds);
    }

    @Override
    public void close() throws IOException {
        try {
            listeners.finish(trainingProgress());
        } finally {
            state.close();
        }
    }
}
