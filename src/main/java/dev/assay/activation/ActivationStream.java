package dev.assay.activation;

import java.io.IOException;

/** An endless stream of activations, one batch of contexts per call. Used by one thread at a time. */
public interface ActivationStream extends AutoCloseable {
    /**
     * Returns the position of the batch that {@link #next()} will return. The epoch increases when the first batch of an epoch is
     * read, not after the last batch of the previous one.
     */
    StreamPosition position();

    /**
     * Computes the activations of the next contexts.
     *
     * @return the rows, owned by the open scope
     * @throws IOException when the text cannot be read
     */
    ActivationRows next() throws IOException;

    @Override
    void close() throws IOException;
}
