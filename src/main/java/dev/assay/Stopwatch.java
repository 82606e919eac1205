package dev.assay;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** Measures the duration of repeated runs of a task. */
public final class Stopwatch {
    private final LongSupplier clock;
    private final List<Double> seconds = new ArrayList<>();

    /** Creates a stopwatch without measurements. */
    public Stopwatch() {
        this(System::nanoTime);
    }

    /** Creates a stopwatch with a given clock in nanoseconds. */
    Stopwatch(LongSupplier clock) {
        this.clock = clock;
    }

    /**
     * A task to measure.
     *
     * @param <E> its checked exception
     */
    @FunctionalInterface
    public interface Task<E extends Exception> {
        /**
         * Runs the task once.
         *
         * @throws E if it fails
         */
        void run() throws E;
    }

    /**
     * Runs a task and measures its duration.
     *
     * @param <E> the checked exception of the task
     * @param counted false for a warm-up round
     * @param task the task
     * @throws E if the task fails; the round is then not counted
     */
    public <E extends Exception> void time(boolean counted, Task<E> task) throws E {
        long start = clock.getAsLong();
        task.run();
        if (counted) {
            seconds.add((clock.getAsLong() - start) / 1e9);
        }
    }

    /**
     * Returns the median of the counted rounds; for an even number of rounds the larger of the two middle values.
     *
     * @return seconds, NaN if no round was counted
     */
    public double median() {
        return seconds.stream().sorted().skip(seconds.size() / 2).findFirst().orElse(Double.NaN);
    }
}
