package dev.assay.text.tokenizer;

import java.io.IOException;

/**
 * The tokens of one document.
 *
 * @param ids token ids, [tokens]
 * @param labels concept bits of each token, [tokens], or null if the text has no labels
 * @param document the index of the document in the corpus
 * @param file the file of the document; empty if unknown
 */
public record TokenRun(int[] ids, long[] labels, long document, String file) {
    /** Creates the tokens of a document that is not from a file. */
    public TokenRun(int[] ids, long[] labels, long document) {
        this(ids, labels, document, "");
    }

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
