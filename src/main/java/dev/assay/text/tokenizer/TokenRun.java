package dev.assay.text.tokenizer;

import java.io.IOException;

/**
 * The tokens of one document.
 *
 * @param ids token ids, [tokens]
 * @param labels concept bits of each token, [tokens], or null if the text has no labels
 * @param document the index of the document in the corpus
 */
public record TokenRun(int[] ids, long[] labels, long document) {
    /** Supplies the tokens of documents in order. */
    public interface Stream extends AutoCloseable {
        /** Returns the tokens of the next document, or null after the last. */
        TokenRun next() throws IOException;

        /** Skips the documents before one. */
        void seek(long document) throws IOException;

        @Override
        void close() throws IOException;
    }
}
