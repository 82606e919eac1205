package dev.assay;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** The seconds that a task takes, round after round. */
public final class Stopwatch {
    private final LongSupplier clock;
    private final List<Double> seconds = new ArrayList<>();

    /** Starts without any round. */
    public Stopwatch() {
        this(System::nanoTime);
    }

    /** Starts with a clock of nanoseconds. */
    Stopwatch(LongSupplier clock) {
        this.clock = clock;
    }

    /**
     * Something to be timed.
     *
     * @param <E> what it may throw
     */
    @FunctionalInterface
    public interface Task<E extends Exception> {
        /**
         * Does it once.
         *
         * @throws E when it fails
         */
        void run() throws E;
    }

    /**
     * Runs a task.
     *
     * @param <E> what it may throw
     * @param counted false for a round that only warms up
     * @param task what is timed
     * @throws E when the task fails; such a round does not count
     */
    public <E extends Exception> void time(boolean counted, Task<E> task) throws E {
        long start = clock.getAsLong();
        task.run();
        if (counted) {
            seconds.add((clock.getAsLong() - start) / 1e9);
        }
    }

    /**
     * Returns the median of the counted rounds: of an even number of them the slower of the two in the middle.
     *
     * @return seconds, NaN when no round was counted
     */
    public double median() {
        return seconds.stream().sorted().skip(seconds.size() / 2).findFirst().orElse(Double.NaN);
    }
}
