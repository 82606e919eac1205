package dev.assay.hub;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;

/** Counts consecutive failures and waits after each, up to the limit of the retry policy. */
final class Retries {
    private final RetryPolicy retryPolicy;
    private int failures;

    Retries(RetryPolicy retryPolicy) {
        this.retryPolicy = retryPolicy;
    }

    /** Resets the count after progress. */
    void progressed() {
        failures = 0;
    }

    /**
     * Waits before the next attempt.
     *
     * @throws IOException the failure, if the limit is reached or the server requests too long a wait
     */
    void failed(TransientFailure failure) throws IOException {
        failures++;
        Duration pause = retryPolicy.pause().multipliedBy(1L << (failures - 1));
        if (failure.waitAsked() != null) {
            pause = failure.waitAsked();
            if (pause.compareTo(retryPolicy.longestPause()) > 0) {
                throw new IOException(
                        failure.getMessage() + " and requests a wait of " + pause.toSeconds()
                                + " seconds, which is too long; try again later",
                        failure);
            }
        }
        if (failures >= retryPolicy.attempts()) {
            throw new IOException(
                    failure.getMessage() + ", " + failures + " consecutive times; try again later", failure);
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
