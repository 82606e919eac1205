package dev.assay.activation;

import java.io.IOException;

/** Activations one batch of contexts at a time, endlessly; belongs to one thread at a time. */
public interface ActivationStream extends AutoCloseable {
    /**
     * Returns the place of the batch that {@link #next()} will return. Its epoch is that of the batch before: it rises with the first
     * batch of an epoch, not with the last one.
     *
     * @return the position
     */
    StreamPosition position();

    /**
     * Runs the next contexts.
     *
     * @return their activations, owned by the open scope, and where they stand
     * @throws IOException when the text cannot be read
     */
    ActivationRows next() throws IOException;

    @Override
    void close() throws IOException;
}
