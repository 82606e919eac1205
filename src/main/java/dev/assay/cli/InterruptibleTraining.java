package dev.assay.cli;

import dev.assay.ShutdownRequest;
import dev.assay.io.FolderLock;
import dev.assay.train.metrics.ResumeNotice;
import dev.assay.train.plan.TrainingInterruptedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;

/** Training in a locked folder. Ctrl-C and SIGTERM end it after a checkpoint, and the step from which it resumes is printed. */
final class InterruptibleTraining {
    /** Exit code of an interrupted run, as of shells. A process that ends by a signal has the code of the signal. */
    static final int INTERRUPTED = 130;

    private InterruptibleTraining() {}

    /** Trains and saves; returns an exit code. */
    @FunctionalInterface
    interface Training {
        int run(ShutdownRequest stop, ResumeNotice notice) throws IOException;
    }

    /**
     * Runs a training.
     *
     * @param out the folder, locked until the training has ended
     * @param errors receives the sentences on interruption and resumption
     * @param training receives the condition to stop, and a listener
     */
    static int run(Path out, PrintWriter errors, Training training) throws IOException {
        try (ShutdownRequest shutdown = ShutdownRequest.listen()) {
            return locked(out, errors, training, shutdown);
        }
    }

    private static int locked(Path out, PrintWriter errors, Training training, ShutdownRequest shutdown)
            throws IOException {
        try (FolderLock lock = FolderLock.in(out)) {
            return training.run(shutdown, new ResumeNotice(text -> {
                errors.println(out + ": " + text);
                errors.flush();
            }));
        } catch (TrainingInterruptedException interrupted) {
            errors.println("assay: " + out + ": " + interrupted.getMessage());
            errors.flush(); // before the process ends
            return INTERRUPTED;
        }
    }
}
