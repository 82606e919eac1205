package dev.assay.train.metrics;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes the metrics of one run to its folder: JSON lines, and on request TensorBoard event files and a report page.
 */
public final class MetricsFiles implements TrainingListener {
    private final Path folder;
    private final boolean tensorBoard;
    private final boolean report;
    private final List<TrainingListener> files = new ArrayList<>();

    /**
     * Creates a listener that opens its files when the run starts.
     *
     * @param folder of the run
     * @param tensorBoard whether event files are written
     * @param report whether a page is written
     */
    public MetricsFiles(Path folder, boolean tensorBoard, boolean report) {
        this.folder = folder;
        this.tensorBoard = tensorBoard;
        this.report = report;
    }

    @Override
    public void start(RunInfo run, TrainingProgress progress) throws IOException {
        Path log = folder.resolve("metrics.jsonl");
        files.add(new MetricsLog(log, progress.step()));
        if (tensorBoard) {
            files.add(new TensorBoardEvents(folder.resolve("tensorboard"), progress.step()));
        }
        if (report) {
            files.add(new RunReport(folder.resolve("report.html"), run, log, progress.step()));
        }
    }

    @Override
    public void step(TrainingProgress progress, Map<String, Number> metrics) throws IOException {
        for (TrainingListener file : files) {
            file.step(progress, metrics);
        }
    }

    /** Closes every file, even when closing another one fails. */
    @Override
    public void finish(TrainingProgress progress) throws IOException {
        IOException first = null;
        for (TrainingListener file : files) {
            try {
                file.finish(progress);
            } catch (IOException failure) {
                if (first == null) {
                    first = failure;
                } else {
                    first.addSuppressed(failure);
                }
            }
        }
        files.clear();
        if (first != null) {
            throw first;
        }
    }
}
