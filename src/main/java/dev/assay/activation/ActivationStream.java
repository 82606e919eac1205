package dev.assay.activation;

import ai.djl.ndarray.NDArray;
import java.io.IOException;

/** Activations one batch of contexts at a time, endlessly; belongs to one thread at a time. */
public interface ActivationStream extends AutoCloseable {
    /**
     * Returns the place of the batch that {@link #next()} will return.
     *
     * @return the position
     */
    StreamPosition position();

    /**
     * Runs the next contexts.
     *
     * @return [rows, width], at least one row, owned by the open scope
     * @throws IOException when the text cannot be read
     */
    NDArray next() throws IOException;

    @Override
    void close() throws IOException;
}
