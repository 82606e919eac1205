package dev.assay.text.document;

import java.io.IOException;

/** Reads the documents of a {@link TextSource} in order. A reader belongs to one thread. */
public interface DocumentReader extends AutoCloseable {
    /**
     * Reads the next document.
     *
     * @return the document, or null after the last one
     * @throws IOException if reading fails
     * @throws dev.assay.InvalidInputException if the text does not match the format of its file name
     */
    Document next() throws IOException;

    /**
     * Skips documents. Equivalent to that number of calls of {@link #next}, but as fast as the format allows; skipped documents need not
     * be validated.
     *
     * @param documents the number of documents to skip, at least 0
     * @return the number of skipped documents, smaller only at the end
     * @throws IOException if reading fails
     * @throws dev.assay.InvalidInputException if the text does not match the format of its file name
     */
    default long skip(long documents) throws IOException {
        long skipped = 0;
        while (skipped < documents && next() != null) {
            skipped++;
        }
        return skipped;
    }

    @Override
    void close() throws IOException;
}
