package dev.assay.train.internal.run;

import java.util.function.LongSupplier;

/** How fast a run is, from one question to the next. */
final class RunSpeed {
    private final LongSupplier clock;
    private long askedAt;
    private long tokensThen;

    /**
     * Starts the clock.
     *
     * @param tokens trained on so far
     */
    RunSpeed(long tokens) {
        this(tokens, System::nanoTime);
    }

    /** With a clock of nanoseconds. */
    RunSpeed(long tokens, LongSupplier clock) {
        this.clock = clock;
        this.askedAt = clock.getAsLong();
        this.tokensThen = tokens;
    }

    /**
     * Returns the speed since the last call, checkpoints and waiting for the model included.
     *
     * @param tokens trained on so far
     * @return tokens a second
     */
    double since(long tokens) {
        long now = clock.getAsLong();
        double speed = (tokens - tokensThen) / Math.max((now - askedAt) / 1e9, 1e-9);
        askedAt = now;
        tokensThen = tokens;
        return speed;
    }
}
