package dev.assay.train.metrics;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Everything in a run's folder that metrics are written to: JSON lines always, the others where they are wanted. */
public final class MetricsSinks implements MetricsSink {
    private final List<MetricsSink> sinks = new ArrayList<>();

    /**
     * Opens them.
     *
     * @param folder of the run
     * @param tensorBoard whether event files are written
     * @param report whether a page is written
     * @param facts what the page says beside the curves
     * @param stepsTaken the step that the run continues after
     */
    public MetricsSinks(Path folder, boolean tensorBoard, boolean report, RunInfo facts, long stepsTaken)
            throws IOException {
        Path log = folder.resolve("metrics.jsonl");
        try {
            sinks.add(new MetricsLog(log, stepsTaken));
            if (tensorBoard) {
                sinks.add(new TensorBoardEvents(folder.resolve("tensorboard"), stepsTaken));
            }
            if (report) {
                sinks.add(new RunReport(folder.resolve("report.html"), facts, log, stepsTaken));
            }
        } catch (IOException | RuntimeException failure) {
            try {
                close();
            } catch (IOException another) {
                failure.addSuppressed(another);
            }
            throw failure;
        }
    }

    @Override
    public void write(long step, Map<String, ? extends Number> metrics) throws IOException {
        for (MetricsSink sink : sinks) {
            sink.write(step, metrics);
        }
    }

    /** Closes every one, also when another fails. */
    @Override
    public void close() throws IOException {
        IOException first = null;
        for (MetricsSink sink : sinks) {
            try {
                sink.close();
            } catch (IOException failure) {
                if (first == null) {
                    first = failure;
                } else {
                    first.addSuppressed(failure);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
