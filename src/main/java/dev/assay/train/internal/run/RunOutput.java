package dev.assay.train.internal.run;

import dev.assay.train.metrics.MetricsSink;
import dev.assay.train.metrics.MetricsSinks;
import dev.assay.train.metrics.RunInfo;
import dev.assay.train.plan.BestCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What a run leaves in its folder, and when.
 *
 * @param folder made when missing
 * @param checkpointEvery the time between two checkpoints
 * @param keptCheckpoints how many of the newest stay
 * @param bestBy what makes a checkpoint the best one, which stays too; null where none is kept
 * @param tensorBoard whether event files are written
 * @param report whether a page is written
 */
public record RunOutput(
        Path folder,
        Duration checkpointEvery,
        int keptCheckpoints,
        BestCheckpoint bestBy,
        boolean tensorBoard,
        boolean report) {

    /** The same for one member of what this is the output of: in a folder of that name. */
    RunOutput of(String member) {
        return new RunOutput(folder.resolve(member), checkpointEvery, keptCheckpoints, bestBy, tensorBoard, report);
    }

    public CheckpointKeeper checkpoints() {
        return new CheckpointKeeper(folder.resolve("checkpoints"), keptCheckpoints, bestBy);
    }

    /** Opens everything that metrics go to, for a run that continues after a step. */
    MetricsSink metrics(RunInfo facts, long stepsTaken) throws IOException {
        return new MetricsSinks(folder, tensorBoard, report, facts, stepsTaken);
    }
}
