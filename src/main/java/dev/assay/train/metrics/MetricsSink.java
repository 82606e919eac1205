package dev.assay.train.metrics;

import java.io.IOException;
import java.util.Map;

/** A place where the numbers of a run go, step after step. */
@FunctionalInterface
public interface MetricsSink extends AutoCloseable {
    /** Name of the metric for throughput, in tokens per second. */
    String TOKENS_PER_SECOND = "details/tokens_per_second";

    /**
     * Takes the numbers of a step.
     *
     * @param step counted from 1, larger than any before it
     * @param metrics numbers by the names that SAELens logs them under, in the order in which they should be shown; a number may be
     *     NaN or infinite
     * @throws IOException when they cannot be written
     */
    void write(long step, Map<String, ? extends Number> metrics) throws IOException;

    /**
     * Ends: the run is done, or it failed. Does nothing unless there is something to end.
     *
     * @throws IOException when what is left cannot be written
     */
    @Override
    default void close() throws IOException {}
}
