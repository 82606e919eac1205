package dev.assay.cli;

import dev.assay.run.RunDescription;
import dev.assay.sae.SaelensFolder;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.train.SaeTrainer;
import dev.assay.train.plan.BestCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Option;

/** What a training leaves beside its dictionary: checkpoints, curves. */
final class MonitoringOptions {
    /** The folder with the best dictionary within that of the run. */
    static final String BEST = "best";

    @Option(
            names = "--checkpoint-seconds",
            paramLabel = "X",
            defaultValue = "60",
            description = "seconds between checkpoints (default ${DEFAULT-VALUE})")
    private double checkpointSeconds;

    @Option(
            names = "--keep-checkpoints",
            paramLabel = "N",
            defaultValue = "2",
            description = "how many of the newest checkpoints stay (default ${DEFAULT-VALUE})")
    private int keptCheckpoints;

    @Option(
            names = "--best-by",
            paramLabel = "METRIC:max|min",
            description = "keep the best checkpoint too, by a name in metrics.jsonl, and save its dictionary in best/")
    private String bestBy;

    @Option(
            names = "--report",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "draw the curves of the run in report.html while it lasts (default)")
    private boolean report;

    @Option(names = "--tensorboard", description = "write the metrics for TensorBoard too, in tensorboard/")
    private boolean tensorBoard;

    /** Tells a trainer. */
    void apply(SaeTrainer trainer) {
        trainer.checkpointEvery(Duration.ofNanos((long) (checkpointSeconds * 1e9)))
                .keepCheckpoints(keptCheckpoints)
                .report(report)
                .tensorBoard(tensorBoard);
        if (bestBy != null) {
            BestCheckpoint best = BestCheckpoint.parse(bestBy);
            trainer.bestBy(best.metric(), best.goal());
        }
    }

    /** Saves the dictionary of the best checkpoint where one was kept, so that other commands take its folder like that of a run. */
    void saveBest(SaeTrainer trainer, RunDescription run, Path folder) throws IOException {
        if (bestBy == null) {
            return;
        }
        Path best = folder.resolve(BEST);
        run.write(best);
        try (SparseAutoencoder sae = trainer.best()) {
            SaelensFolder.write(sae, best, TrainCommand.COMPANIONS);
        }
    }
}
