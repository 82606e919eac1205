package dev.assay.text.document;

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

    /**
     * Passes over documents: as many calls of {@link #next}, but as fast as the kind of text allows. What is passed over need not be
     * checked.
     *
     * @param documents how many, at least 0
     * @return how many there were: fewer only at the end
     * @throws IOException if reading fails
     * @throws dev.assay.InvalidInputException if the text is not what its file name promises
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
