package dev.assay.explain.llm;

import java.time.Duration;
import java.time.Instant;

/** The clock of a client: time and pauses between tries. */
public interface RequestClock {
    /**
     * Returns the current time.
     *
     * @return the time
     */
    Instant now();

    /**
     * Waits.
     *
     * @param pause the time to wait
     * @throws InterruptedException if the thread is interrupted
     */
    void sleep(Duration pause) throws InterruptedException;

    /**
     * Returns the clock of the system.
     *
     * @return a clock that waits
     */
    static RequestClock system() {
        return new RequestClock() {
            @Override
            public Instant now() {
                return Instant.now();
            }

            @Override
            public void sleep(Duration pause) throws InterruptedException {
                Thread.sleep(pause.toMillis());
            }
        };
    }
}
