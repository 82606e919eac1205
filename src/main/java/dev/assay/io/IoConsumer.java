package dev.assay.io;

import java.io.IOException;

/**
 * Something done with a file or stream that may fail.
 *
 * @param <T> what it is done with
 */
@FunctionalInterface
public interface IoConsumer<T> {
    /**
     * Does it.
     *
     * @param target the file or stream
     * @throws IOException if it fails
     */
    void accept(T target) throws IOException;
}
