package dev.assay.text;

import java.io.IOException;

/** Reads the contexts of a {@link Corpus} one after the other. A reader belongs to one thread. */
public interface ContextReader extends AutoCloseable {
    /**
     * Reads the next contexts.
     *
     * @param maxRows the most contexts to read, at least 1
     * @return the contexts, fewer at the end, or null after it
     * @throws IOException if reading fails
     * @throws dev.assay.InvalidInputException if the text is unusable or does not fill one context
     */
    TokenBatch next(int maxRows) throws IOException;

    /**
     * Returns where the next context starts.
     *
     * @return the place, for {@link #seek}
     */
    TextPosition position();

    /**
     * Moves forward to where a reader of the same corpus and split once was. What lies before is not tokenised.
     *
     * @param position what {@link #position()} returned there
     * @throws IOException if reading fails
     */
    void seek(TextPosition position) throws IOException;

    @Override
    void close() throws IOException;
}
