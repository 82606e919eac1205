package dev.assay.train.internal.run;

import ai.djl.ndarray.NDManager;
import dev.assay.ProgressBar;
import dev.assay.activation.ActivationBuffer;
import dev.assay.activation.ActivationSource;
import dev.assay.train.internal.step.Workspace;
import dev.assay.train.plan.SweepMember;
import dev.assay.train.plan.SweepResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Draws batches and gives each to every member that still runs, until all have stopped or are done. */
public final class SweepLoop implements AutoCloseable {
    private final ActivationSource source;
    private final int batch;
    private final long steps;
    private final RunOutput output; // of the whole sweep; null where nothing is written
    private final SweepCheckpoints checkpoints; // null where nothing is written
    private final boolean showsProgress;
    private final Workspace workspace;
    private final List<SweepRun> runs = new ArrayList<>();
    private final SharedBatches batches;
    private long stepsTaken;
    private long checkpointedAt = System.nanoTime();

    /**
     * Starts a sweep, or continues the one in the output folder.
     *
     * @param manager owns the arrays
     * @param members what is trained
     * @param source of activations
     * @param shared batch and number of tokens
     * @param shuffling what decides the order of the activations
     * @param output what is written down; null for nothing
     * @param showsProgress whether a progress bar is drawn
     */
    public SweepLoop(
            NDManager manager,
            List<SweepMember> members,
            ActivationSource source,
            SweepTokens shared,
            ShuffleOptions shuffling,
            RunOutput output,
            boolean showsProgress)
            throws IOException {
        this.source = source;
        this.batch = shared.batch();
        this.steps = shared.tokens() / batch;
        this.output = output;
        this.showsProgress = showsProgress;
        this.checkpoints = output == null ? null : new SweepCheckpoints(output.folder());
        this.workspace = new Workspace(manager);
        members.forEach(member -> runs.add(new SweepRun(manager, member, source, workspace)));
        Optional<Path> checkpoint = checkpoints == null ? Optional.empty() : checkpoints.latest();
        ActivationBuffer buffer =
                checkpoint.isPresent() ? restore(checkpoint.get(), shuffling) : shuffling.start(source);
        this.batches = new SharedBatches(manager, source, buffer, batch);
    }

    private ActivationBuffer restore(Path checkpoint, ShuffleOptions shuffling) throws IOException {
        SweepCheckpoints.Header header = SweepCheckpoints.header(checkpoint, source.provenance(), runs);
        for (int i = 0; i < runs.size(); i++) {
            runs.get(i).restore(checkpoint, header.members().get(i));
        }
        stepsTaken = header.steps();
        return shuffling.resume(source, SweepCheckpoints.buffer(checkpoint), header.buffer());
    }

    /** Trains to the end and returns what became of every member. */
    public SweepResult run() throws IOException {
        for (SweepRun run : runs) {
            run.measureScale(batches);
            if (output != null) {
                run.open(output);
            }
        }
        try (ProgressBar bar = showsProgress ? new ProgressBar("training", steps * batch) : null) {
            show(bar);
            while (stepsTaken < steps && running() > 0) {
                long before = running();
                step();
                show(bar);
                checkpoint(running() < before);
            }
        }
        return new SweepResult(runs.stream().map(SweepRun::outcome).toList());
    }

    private void step() throws IOException {
        batches.next();
        for (SweepRun run : runs) {
            if (run.isRunning()) {
                run.step(batches);
            }
        }
        stepsTaken++;
    }

    private long running() {
        return runs.stream().filter(SweepRun::isRunning).count();
    }

    private void show(ProgressBar bar) {
        if (bar != null) {
            bar.update(stepsTaken * batch, running() + " of " + runs.size() + " dictionaries");
        }
    }

    private void checkpoint(boolean oneStopped) throws IOException {
        if (checkpoints == null) {
            return;
        }
        boolean due =
                System.nanoTime() - checkpointedAt >= output.checkpointEvery().toNanos();
        if (due || oneStopped || stepsTaken == steps) {
            checkpoints.save(stepsTaken, source.provenance(), runs, batches.buffer());
            checkpointedAt = System.nanoTime();
        }
    }

    @Override
    public void close() throws IOException {
        try {
            for (SweepRun run : runs) {
                run.close();
            }
        } finally {
            workspace.close();
            batches.close();
        }
    }
}
