package dev.assay.train.internal.run;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.io.Json;
import dev.assay.provenance.Provenance;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.Scope;
import dev.assay.train.internal.step.ActivationScale;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.internal.step.InitialDictionary;
import dev.assay.train.internal.step.TrainedDictionaryBuilder;
import dev.assay.train.internal.step.TrainingState;
import dev.assay.train.internal.step.Workspace;
import dev.assay.train.metrics.MetricsSink;
import dev.assay.train.metrics.RunInfo;
import dev.assay.train.plan.SweepMember;
import dev.assay.train.plan.SweepOutcome;
import dev.assay.train.plan.TrainingPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** One member of a sweep while it trains. What goes wrong here stops this member only. */
final class SweepRun implements AutoCloseable {
    private static final int STEPS_BETWEEN_LINES = 10;

    private final SweepMember member;
    private final Provenance provenance;
    private TrainingState state; // null for a member that could not begin
    private MetricsSink log; // null where nothing is written
    private ActivationScale scale; // null until it was measured
    private String failure; // null while nothing has gone wrong
    private long steps;
    private double seconds;

    SweepRun(NDManager manager, SweepMember member, ActivationSource source, Workspace workspace) {
        this.member = member;
        this.provenance = source.provenance().withSites(member.sites().names(), List.of());
        this.failure = member.refusal();
        if (failure == null) {
            state = attempt(() -> begin(manager, source, workspace));
        }
    }

    private TrainingState begin(NDManager manager, ActivationSource source, Workspace workspace) {
        TrainingPlan plan = member.plan();
        DictionaryParameters initial = InitialDictionary.of(
                manager, plan, member.sites().dIn(), member.sites().dOut());
        return new TrainingState(manager, plan, initial, workspace);
    }

    /** Does something that may stop this member; gives null where it has. */
    private <T> T attempt(Supplier<T> work) {
        try {
            return work.get();
        } catch (InvalidInputException reason) {
            failure = reason.getMessage();
            return null;
        } catch (EngineException reason) {
            failure = "PyTorch: "
                    + reason.getMessage()
                            .lines()
                            .filter(line -> !line.isBlank())
                            .reduce((a, b) -> b)
                            .orElse("no reason given");
            return null;
        }
    }

    /**
     * Continues after a checkpoint.
     *
     * @param checkpoint of the sweep
     * @param stored what it says of this member
     */
    void restore(Path checkpoint, SweepCheckpoints.Progress stored) throws IOException {
        if (stored.failure() == null && failure != null) {
            throw new InvalidInputException(checkpoint + ": " + member.name() + " can no longer be trained: " + failure
                    + TrainingCheckpoints.ADVICE);
        }
        seconds = stored.seconds();
        scale = stored.scale();
        steps = stored.steps();
        failure = stored.failure();
        if (isRunning()) {
            TrainingCheckpoints.restore(SweepCheckpoints.member(checkpoint, member.name()), state, provenance);
        }
    }

    /** Opens the log in this member's folder of a sweep's output. */
    void open(RunOutput sweep) throws IOException {
        if (isRunning()) {
            RunOutput output = sweep.of(member.name());
            RunInfo facts = new RunInfo(
                    member.name(),
                    site(),
                    member.plan().steps(),
                    member.plan().batch(),
                    Json.mapper().valueToTree(member.plan()));
            log = output.metrics(facts, steps);
        }
    }

    private String site() {
        return provenance.summary();
    }

    /** Measures the activation scale, unless that was done. */
    void measureScale(SharedBatches batches) {
        if (!isRunning() || scale != null) {
            return;
        }
        try (Scope scope = Scope.open()) {
            scale = attempt(() -> member.plan().normalizes()
                    ? ActivationScale.measure(
                            batches.pool(member.sites().names()),
                            state.parameters().dIn(),
                            site())
                    : ActivationScale.of(1));
        }
    }

    /** Takes a step with the batch at hand. */
    void step(SharedBatches batches) throws IOException {
        long start = System.nanoTime();
        NDArray x =
                batches.batch(member.sites().names(), scale, state.parameters().dIn());
        TrainingState.StepReport report = attempt(() -> step(x, batches));
        if (report != null) {
            steps = report.step();
            record(report, x);
        }
        seconds += (System.nanoTime() - start) / 1e9;
    }

    private TrainingState.StepReport step(NDArray x, SharedBatches batches) {
        state.keepWindowShort();
        try {
            TrainingState.StepReport report = state.step(x);
            state.resampleWhenDue(() -> batches.pool(member.sites().names()), scale);
            return report;
        } catch (TrainingState.NotFiniteException notFinite) {
            throw notFinite.explain(x, site(), member.plan().optimizer().learningRate());
        }
    }

    private void record(TrainingState.StepReport report, NDArray x) throws IOException {
        boolean last = report.step() == member.plan().steps();
        if (log != null && (last || report.step() % STEPS_BETWEEN_LINES == 0)) {
            log.write(report.step(), StepMetrics.of(state, report, x));
        }
    }

    boolean isRunning() {
        return failure == null;
    }

    SweepMember member() {
        return member;
    }

    TrainingState state() {
        return state;
    }

    /** What a checkpoint of the sweep says of this member. */
    SweepCheckpoints.Progress progress() {
        return new SweepCheckpoints.Progress(member.name(), failure, steps, scale, seconds);
    }

    /** Writes the state that a checkpoint needs. */
    void save(Path file) throws IOException {
        TrainingCheckpoints.write(
                file, new TrainingCheckpoints.RunningState(state, provenance, scale, null, null), Map.of());
    }

    SweepOutcome outcome() {
        Optional<SparseAutoencoder> dictionary = Optional.empty();
        if (isRunning()) {
            dictionary = Optional.of(TrainedDictionaryBuilder.fold(state, scale, provenance, member.sites()));
        }
        return new SweepOutcome(member, dictionary, Optional.ofNullable(failure), steps, seconds);
    }

    @Override
    public void close() throws IOException {
        if (log != null) {
            log.close();
        }
        if (state != null) {
            state.close();
        }
    }
}
