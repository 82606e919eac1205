package dev.assay.hub;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;

/** Counts failures in a row, and waits after each, until the patience is at its end. */
final class Retries {
    private final RetryPolicy patience;
    private int failures;

    Retries(RetryPolicy patience) {
        this.patience = patience;
    }

    /** Forgets the failures so far, because something came. */
    void progressed() {
        failures = 0;
    }

    /**
     * Waits before the next attempt.
     *
     * @throws IOException the failure, if it was the last that is accepted or the server asks for too long a wait
     */
    void failed(TransientFailure failure) throws IOException {
        failures++;
        Duration pause = patience.pause().multipliedBy(1L << (failures - 1));
        if (failure.waitAsked() != null) {
            pause = failure.waitAsked();
            if (pause.compareTo(patience.longestPause()) > 0) {
                throw new IOException(
                        failure.getMessage() + " and asks to wait " + pause.toSeconds()
                                + " seconds, longer than is waited here; try again later",
                        failure);
            }
        }
        if (failures >= patience.attempts()) {
            throw new IOException(failure.getMessage() + ", " + failures + " times in a row; try again later", failure);
        }
        sleep(pause);
    }

    private static void sleep(Duration pause) throws IOException {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the download was interrupted");
        }
    }
}
