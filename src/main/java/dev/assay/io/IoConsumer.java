package dev.assay.io;

import java.io.IOException;

/**
 * An operation on a file or stream that may fail.
 *
 * @param <T> the type of the file or stream
 */
@FunctionalInterface
public interface IoConsumer<T> {
    /**
     * Performs the operation.
     *
     * @param target the file or stream
     * @throws IOException if it fails
     */
    void accept(T target) throws IOException;
}
