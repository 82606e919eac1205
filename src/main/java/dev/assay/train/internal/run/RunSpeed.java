package dev.assay.train.internal.run;

import java.util.function.LongSupplier;

/** Measures the throughput of a run between two calls. */
final class RunSpeed {
    private final LongSupplier clock;
    private long measuredAt;
    private long measuredTokens;

    /**
     * Starts the clock.
     *
     * @param tokens number of tokens trained on so far
     */
    RunSpeed(long tokens) {
        this(tokens, System::nanoTime);
    }

    /** With a clock of nanoseconds. */
    RunSpeed(long tokens, LongSupplier clock) {
        this.clock = clock;
        this.measuredAt = clock.getAsLong();
        this.measuredTokens = tokens;
    }

    /**
     * Returns the speed since the last call, checkpoints and waiting for the model included.
     *
     * @param tokens number of tokens trained on so far
     * @return tokens per second
     */
    double since(long tokens) {
        long now = clock.getAsLong();
        double speed = (tokens - measuredTokens) / Math.max((now - measuredAt) / 1e9, 1e-9);
        measuredAt = now;
        measuredTokens = tokens;
        return speed;
    }
}
