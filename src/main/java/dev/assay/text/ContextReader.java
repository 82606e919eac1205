package dev.assay.text;

import java.io.IOException;

/** Reads the contexts of a {@link Corpus} in order. A reader belongs to one thread. */
public interface ContextReader extends AutoCloseable {
    /**
     * Reads the next contexts.
     *
     * @param maxRows the largest number of contexts to read, at least 1
     * @return the contexts, fewer at the end of the corpus, or null after it
     * @throws IOException if reading fails
     * @throws dev.assay.InvalidInputException if the text is unusable or does not fill one context
     */
    TokenBatch next(int maxRows) throws IOException;

    /**
     * Returns the position of the next context.
     *
     * @return the position, for {@link #seek}
     */
    TextPosition position();

    /**
     * Moves forward to a position of a reader of the same corpus and split. Skipped documents are not tokenised.
     *
     * @param position a position that {@link #position()} returned
     * @throws IOException if reading fails
     */
    void seek(TextPosition position) throws IOException;

    @Override
    void close() throws IOException;
}
