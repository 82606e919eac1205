package dev.assay.text;

import java.io.IOException;

/** Reads the documents of a {@link TextSource} one after the other. A reader belongs to one thread. */
public interface DocumentReader extends AutoCloseable {
    /**
     * Reads the next document.
     *
     * @return the document, or null after the last one
     * @throws IOException if reading fails
     * @throws dev.assay.InvalidInputException if the text is not what its file name promises
     */
    Document next() throws IOException;

    @Override
    void close() throws IOException;
}
