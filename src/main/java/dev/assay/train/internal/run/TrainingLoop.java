package dev.assay.train.internal.run;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.ProgressBar;
import dev.assay.activation.ActivationBuffer;
import dev.assay.activation.ActivationSource;
import dev.assay.provenance.Provenance;
import dev.assay.tensor.JavaBuffers;
import dev.assay.tensor.ProductPrecision;
import dev.assay.tensor.Scope;
import dev.assay.train.internal.step.ActivationScale;
import dev.assay.train.internal.step.EncoderProductMeasurement;
import dev.assay.train.internal.step.InitialDictionary;
import dev.assay.train.internal.step.TrainingState;
import dev.assay.train.internal.step.Workspace;
import dev.assay.train.plan.DictionaryInitialization;
import dev.assay.train.plan.EncoderProduct;
import dev.assay.train.plan.SweepMember;
import dev.assay.train.plan.TrainingInterruptedException;
import dev.assay.train.plan.TrainingPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Trains the members of a run on one stream of batches until all have stopped or the run is done. A single run has one member.
 *
 * <p>A step draws a batch, updates each running member with it, sends metrics to listeners, and writes a checkpoint when one is due. An
 * {@link InvalidInputException}, a number that is not finite, or an engine error stops the member that it occurs in. Other exceptions,
 * such as failed writes, stop the run.
 */
public final class TrainingLoop implements AutoCloseable {
    private static final Duration BETWEEN_CHECKS = Duration.ofMillis(100);

    private final NDManager manager;
    private final ActivationSource source;
    private final TrainingLength length;
    private final CheckpointStore checkpoints;
    private final Monitoring monitoring;
    private final Workspace workspace;
    private final List<Member> members = new ArrayList<>();
    private final SharedBatches batches;
    private final JavaBuffers javaBuffers = new JavaBuffers();
    private long stepsTaken;
    private long checkpointedAt = System.nanoTime();
    private long checkpointedStep;

    /**
     * The actions of a run that do not change its result.
     *
     * @param checkpointNanos time between two checkpoints
     * @param progressBar whether a progress bar is drawn
     * @param stop checked between two steps; true ends the run after a checkpoint
     */
    public record Monitoring(long checkpointNanos, boolean progressBar, BooleanSupplier stop) {}

    /** A step that a member has taken. */
    private record Step(int index, RunningMember member, TrainingState.StepReport report) {}

    /**
     * Starts a run, or resumes it from its newest checkpoint.
     *
     * @param manager owns the arrays
     * @param source of activations
     * @param length batch size and number of tokens
     * @param shuffling decides the order of the activations
     * @param setups the members
     * @param checkpoints where checkpoints are
     * @param monitoring checkpoints and progress
     */
    public TrainingLoop(
            NDManager manager,
            ActivationSource source,
            TrainingLength length,
            ShuffleOptions shuffling,
            List<MemberSetup> setups,
            CheckpointStore checkpoints,
            Monitoring monitoring)
            throws IOException {
        this.manager = manager;
        this.source = source;
        this.length = length;
        this.checkpoints = checkpoints;
        this.monitoring = monitoring;
        this.workspace = new Workspace(manager);
        List<SweepMember> planned = setups.stream().map(MemberSetup::member).toList();
        Optional<CheckpointStore.StoredRun> stored = checkpoints.newest(source.provenance(), planned);
        if (stored.isPresent()) {
            resume(setups, stored.get());
        }
        ActivationBuffer buffer = stored.isPresent()
                ? shuffling.resume(
                        source, stored.get().bufferFile(), stored.get().buffer())
                : shuffling.start(source);
        boolean exclusive =
                planned.size() == 1 && planned.get(0).sites().names().equals(source.sites());
        this.batches = new SharedBatches(manager, source, buffer, length.batch(), exclusive);
        try {
            if (stored.isPresent()) {
                batches.restoreRefused(stored.get().bufferFile());
            } else {
                start(setups);
            }
        } catch (IOException | RuntimeException failure) {
            close();
            throw failure;
        }
    }

    private void start(List<MemberSetup> setups) throws IOException {
        for (MemberSetup setup : setups) {
            SweepMember member = setup.member();
            members.add(member.refusal() == null ? begin(setup) : refused(member));
        }
    }

    private static StoppedMember refused(SweepMember member) {
        return StoppedMember.refused(member, new InvalidInputException(member.refusal()));
    }

    private Member begin(MemberSetup setup) throws IOException {
        SweepMember member = setup.member();
        Provenance provenance = RunningMember.provenance(source, member);
        setup.best().resume(member.plan(), provenance);
        try {
            TrainingState state = state(member);
            try {
                state.encoderProduct(EncoderProductMeasurement.choose(
                        setup.encoderProduct(),
                        manager,
                        member.plan(),
                        member.sites().dIn()));
                return new RunningMember(setup, provenance, state, scale(member, state, provenance), 0);
            } catch (RuntimeException failure) {
                state.close();
                throw failure;
            }
        } catch (InvalidInputException | EngineException reason) {
            return StoppedMember.refused(member, reason);
        }
    }

    private TrainingState state(SweepMember member) {
        return new TrainingState(
                manager,
                member.plan(),
                InitialDictionary.of(
                        manager,
                        member.plan(),
                        member.sites().dIn(),
                        member.sites().dOut()),
                workspace);
    }

    private ActivationScale scale(SweepMember member, TrainingState state, Provenance provenance) {
        try (Scope scope = Scope.open()) {
            return member.plan().normalizes()
                    ? ActivationScale.measure(
                            batches.pool(member.sites().names()),
                            state.parameters().dIn(),
                            centring(member.plan()),
                            provenance.summary())
                    : ActivationScale.of(1);
        }
    }

    /** The decoder bias starts at a centre of the first batch, unless it starts at 0. */
    public static ActivationScale.Centring centring(TrainingPlan plan) {
        boolean starts = !plan.method().tied()
                && plan.initialization().decoderBias() != DictionaryInitialization.DecoderBias.ZERO;
        return new ActivationScale.Centring(starts && plan.centresInput(), starts);
    }

    private void resume(List<MemberSetup> setups, CheckpointStore.StoredRun stored) throws IOException {
        stepsTaken = stored.steps();
        checkpointedStep = stepsTaken;
        for (int i = 0; i < setups.size(); i++) {
            MemberProgress progress = stored.members().get(i);
            members.add(
                    progress.failure() == null
                            ? resume(setups.get(i), progress, stored)
                            : StoppedMember.recorded(setups.get(i).member(), progress));
        }
    }

    private RunningMember resume(MemberSetup asked, MemberProgress progress, CheckpointStore.StoredRun stored)
            throws IOException {
        InvalidInputException.require(
                asked.member().refusal() == null,
                () -> stored.bufferFile() + ": " + asked.member().name() + " can no longer be trained: "
                        + asked.member().refusal() + TrainingCheckpoints.ADVICE);
        Path file = stored.memberFile().apply(asked.member().name());
        SweepMember member = EarlierDefaults.adopted(file, asked.member());
        MemberSetup setup = asked.with(member);
        Provenance provenance = RunningMember.provenance(source, member);
        setup.best().resume(member.plan(), provenance);
        TrainingState state = state(member);
        ProductPrecision product =
                TrainingCheckpoints.restore(file, state, provenance).precision();
        requireSameProduct(file, product, asked.encoderProduct());
        state.encoderProduct(EncoderProductMeasurement.supported(manager, product));
        return new RunningMember(setup, provenance, state, progress.scale(), progress.seconds());
    }

    private static void requireSameProduct(Path file, ProductPrecision stored, EncoderProduct asked) {
        InvalidInputException.require(
                asked.precision().map(stored::equals).orElse(true),
                () -> file + ": encoder_product is " + stored.key() + " in this run, " + asked.key() + " was asked for"
                        + TrainingCheckpoints.ADVICE);
    }

    /**
     * Trains to the end.
     *
     * @return the members in their order, valid until this loop is closed
     * @throws TrainingInterruptedException when the condition to stop was met before the last step
     */
    public List<Member> run() throws IOException {
        for (RunningMember member : snapshot().running()) {
            member.start();
        }
        try (ProgressBar bar =
                monitoring.progressBar() ? new ProgressBar("training", length.steps() * length.batch()) : null) {
            if (bar != null) {
                bar.update(stepsTaken * length.batch(), "");
            }
            while (stepsTaken < length.steps() && !snapshot().running().isEmpty()) {
                if (isStopped()) {
                    throw interrupted();
                }
                String note = step();
                if (bar != null) {
                    bar.update(stepsTaken * length.batch(), note);
                }
            }
        }
        return List.copyOf(members);
    }

    /** Performs one step of the run and returns a note for the progress bar. */
    private String step() throws IOException {
        int running = snapshot().running().size();
        batches.next();
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i) instanceof RunningMember member) {
                step(i, member, steps);
            }
        }
        stepsTaken++;
        javaBuffers.collectWhenMany();
        boolean checkpoint = isCheckpointDue() || snapshot().running().size() < running;
        for (Step step : steps) {
            record(step, checkpoint);
        }
        if (checkpoint || snapshot().running().size() < running) {
            checkpoint();
        }
        return members.size() == 1 && !steps.isEmpty()
                ? steps.get(0).member().note(steps.get(0).report())
                : snapshot().running().size() + " of " + members.size() + " dictionaries";
    }

    private void checkpoint() throws IOException {
        checkpoints.save(snapshot());
        checkpointedAt = System.nanoTime();
        checkpointedStep = stepsTaken;
    }

    /** Waits for the next batch; returns true as soon as the run is to be stopped. */
    private boolean isStopped() throws IOException {
        while (!monitoring.stop().getAsBoolean()) {
            if (batches.awaitReady(BETWEEN_CHECKS)) {
                return false;
            }
        }
        return true;
    }

    private TrainingInterruptedException interrupted() throws IOException {
        if (stepsTaken > checkpointedStep) {
            checkpoint();
        }
        return stepsTaken == 0 || checkpoints == CheckpointStore.NONE
                ? TrainingInterruptedException.unsaved(stepsTaken, length.steps())
                : TrainingInterruptedException.saved(stepsTaken, length.steps());
    }

    private boolean isCheckpointDue() {
        return stepsTaken == length.steps()
                || System.nanoTime() - checkpointedAt >= monitoring.checkpointNanos()
                || snapshot().running().stream().anyMatch(RunningMember::needsCheckpoint);
    }

    private void step(int index, RunningMember member, List<Step> steps) throws IOException {
        try {
            steps.add(new Step(index, member, member.step(batches)));
        } catch (TrainingState.NotFiniteException notFinite) {
            InvalidInputException reason = member.explain(notFinite, batches);
            try {
                checkpoints.saveRefused(snapshot(), member, member.batch(batches));
            } catch (IOException unsaved) {
                reason = new InvalidInputException(
                        reason.getMessage() + "; its state could not be saved: " + unsaved.getMessage(), unsaved);
            }
            members.set(index, member.stop(reason));
        } catch (InvalidInputException | EngineException reason) {
            fail(index, member, reason);
        }
    }

    private void record(Step step, boolean checkpoint) throws IOException {
        try {
            step.member().record(step.report(), batches, checkpoint);
        } catch (InvalidInputException | EngineException reason) {
            fail(step.index(), step.member(), reason);
        }
    }

    private void fail(int index, RunningMember member, RuntimeException reason) throws IOException {
        checkpoints.saveFailed(member);
        members.set(index, member.stop(reason));
    }

    private CheckpointStore.Snapshot snapshot() {
        return new CheckpointStore.Snapshot(stepsTaken, source.provenance(), members, batches.buffer());
    }

    @Override
    public void close() throws IOException {
        try {
            for (Member member : members) {
                if (member instanceof RunningMember running) {
                    running.close();
                }
            }
        } finally {
            workspace.close();
            batches.close();
        }
    }
}
