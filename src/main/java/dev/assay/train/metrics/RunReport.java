package dev.assay.train.metrics;

import dev.assay.io.AtomicFiles;
import dev.assay.view.Curve;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Draws the curves of a run on an HTML page, during the run and after it. The page is rewritten when new metrics arrive, at most every
 * few seconds; writing takes at most a hundredth of the time.
 */
final class RunReport implements TrainingListener, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(RunReport.class.getName());
    private static final long SHORTEST_PAUSE = Duration.ofSeconds(3).toNanos();
    private static final long PAUSE_FOR_WRITING = 100; // multiple of the time that the last write took

    private final Path file;
    private final RunInfo facts;
    private final LongSupplier clock;
    private final Map<String, Curve> curves = new LinkedHashMap<>();
    private final long openedAt;
    private final long stepsBefore;
    private long lastStep;
    private long writtenAt;
    private long pause; // 0 before the first page
    private boolean failed; // a warning was logged

    /**
     * Starts a report. Nothing is written before the first metrics arrive.
     *
     * @param file the page
     * @param facts describes the run
     * @param log the metrics of the run so far; may be missing
     * @param stepsTaken the step after which the run continues
     */
    RunReport(Path file, RunInfo facts, Path log, long stepsTaken) throws IOException {
        this(file, facts, log, stepsTaken, System::nanoTime);
    }

    /** With a clock of nanoseconds. */
    RunReport(Path file, RunInfo facts, Path log, long stepsTaken, LongSupplier clock) throws IOException {
        this.file = file;
        this.facts = facts;
        this.clock = clock;
        this.stepsBefore = stepsTaken;
        this.lastStep = stepsTaken;
        MetricsLog.replay(log, stepsTaken, this::add);
        this.openedAt = clock.getAsLong();
        this.writtenAt = openedAt;
    }

    private void add(long step, Map<String, ? extends Number> metrics) {
        metrics.forEach((name, value) ->
                curves.computeIfAbsent(name, unknown -> new Curve()).add(step, value.doubleValue()));
    }

    @Override
    public void step(TrainingProgress progress, Map<String, Number> metrics) {
        add(progress.step(), metrics);
        lastStep = progress.step();
        // The page of a complete run is written last, when its result is saved.
        if (!progress.done() && clock.getAsLong() - writtenAt >= pause) {
            write(true);
        }
    }

    /** Writes the page. A failure is a warning: the run and its result do not depend on the page. */
    private void write(boolean running) {
        try {
            draw(running);
        } catch (IOException | RuntimeException failure) {
            pause = Math.max(SHORTEST_PAUSE, pause);
            writtenAt = clock.getAsLong();
            if (!failed) {
                LOG.log(Level.WARNING, "the page " + file + " cannot be written: " + failure);
            }
            failed = true;
        }
    }

    private void draw(boolean running) throws IOException {
        long start = clock.getAsLong();
        RunPage page = new RunPage(facts, curves, lastStep, ZonedDateTime.now());
        String html = running ? page.running(secondsLeft(start)) : page.ended();
        AtomicFiles.writeString(file, html);
        writtenAt = clock.getAsLong();
        pause = Math.max(SHORTEST_PAUSE, PAUSE_FOR_WRITING * (writtenAt - start));
    }

    private double secondsLeft(long now) {
        return (now - openedAt) / 1e9 / Math.max(1, lastStep - stepsBefore) * (facts.steps() - lastStep);
    }

    @Override
    public void finish(TrainingProgress progress) {
        close();
    }

    /** Writes the final page, which does not refresh itself. */
    @Override
    public void close() {
        if (lastStep > 0) {
            write(false);
        }
    }
}
