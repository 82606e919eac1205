package dev.assay.model.training;

import java.io.IOException;

/** An endless sequence of token rows. Used by one thread. */
public interface TokenRowStream extends AutoCloseable {
    /**
     * Returns the next rows.
     *
     * @param rows the largest number of rows, at least 1
     * @return at least one row
     * @throws IOException if the data cannot be read
     */
    TokenRows next(int rows) throws IOException;

    @Override
    void close() throws IOException;
}
