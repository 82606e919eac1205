package dev.assay.train.plan;

import java.io.IOException;
import java.util.Locale;

/** Signals that a run was stopped between two steps by the condition of its {@code stopWhen} setting. */
public final class TrainingInterruptedException extends IOException {
    private static final long serialVersionUID = 1;

    private final long step;

    private TrainingInterruptedException(String message, long step) {
        super(message);
        this.step = step;
    }

    /**
     * Signals a run with a checkpoint of its last step.
     *
     * @param step the number of steps taken
     * @param steps the number of steps of the whole run
     * @return the exception
     */
    public static TrainingInterruptedException saved(long step, long steps) {
        return new TrainingInterruptedException(
                String.format(
                        Locale.ROOT,
                        "interrupted after step %d of %d, a checkpoint is written; rerun the same command to resume from step %d",
                        step,
                        steps,
                        step),
                step);
    }

    /**
     * Signals a run without a checkpoint: it has taken no step, or has no output folder.
     *
     * @param step the number of steps taken
     * @param steps the number of steps of the whole run
     * @return the exception
     */
    public static TrainingInterruptedException unsaved(long step, long steps) {
        return new TrainingInterruptedException(
                String.format(
                        Locale.ROOT,
                        "interrupted after step %d of %d, no checkpoint is written; the run restarts from step 0",
                        step,
                        steps),
                step);
    }

    /**
     * Returns the step from which the run resumes if a checkpoint was written.
     *
     * @return the number of steps taken
     */
    public long step() {
        return step;
    }
}
