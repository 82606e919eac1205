package dev.assay.text.tokenizer;

import java.io.IOException;

/**
 * The tokens of one document.
 *
 * @param ids token ids, [tokens]
 * @param labels the concepts of each token as bits, [tokens], or null where nobody asked
 * @param document the index of the document in the corpus
 */
public record TokenRun(int[] ids, long[] labels, long document) {
    /** Gives one document's tokens after the other. */
    public interface Stream extends AutoCloseable {
        /** Returns the next document's tokens, or null after the last. */
        TokenRun next() throws IOException;

        /** Passes over the documents before one. */
        void seek(long document) throws IOException;

        @Override
        void close() throws IOException;
    }
}
