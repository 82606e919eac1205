package dev.assay.text;

import dev.assay.text.tokenizer.TokenRun;
import java.io.IOException;

/**
 * Counts the tokens of some documents of a corpus, for a {@link CorpusIndex}. Several processes can count different documents of one
 * corpus. A counter belongs to one thread.
 */
public final class DocumentCounter implements AutoCloseable {
    private final Corpus corpus;
    private final DocumentTokens documents;
    private TokenRun pending;
    private boolean ended;

    private DocumentCounter(Corpus corpus, DocumentTokens documents) {
        this.corpus = corpus;
        this.documents = documents;
    }

    /**
     * Opens a counter at the first document.
     *
     * @param corpus the whole corpus
     * @param split the documents to count
     * @return the counter, which the caller closes
     * @throws IOException if reading fails
     */
    public static DocumentCounter open(Corpus corpus, Split split) throws IOException {
        return new DocumentCounter(corpus, new DocumentTokens(corpus, split));
    }

    /**
     * Counts the documents of a range. Documents before it are skipped without being tokenised.
     *
     * @param from the index of the first document in the corpus, not smaller than the end of the range before
     * @param to the index after the last document
     * @return the counts of the documents of the split in the range; empty after the end of the text
     * @throws IOException if reading fails
     */
    public DocumentCounts count(long from, long to) throws IOException {
        DocumentCounts counts = new DocumentCounts();
        if (pending == null && !ended) {
            documents.seek(from);
            advance();
        }
        while (pending != null && pending.document() < from) {
            documents.seek(from);
            advance();
        }
        while (pending != null && pending.document() < to) {
            counts.add(pending.document(), pending.ids(), corpus.tokenizer());
            if (pending.document() + 1 == to) {
                pending = null;
                return counts;
            }
            advance();
        }
        return counts;
    }

    private void advance() throws IOException {
        pending = documents.next();
        ended = pending == null;
    }

    /** {@return whether the text has no document after the last counted range} */
    public boolean ended() {
        return ended;
    }

    @Override
    public void close() throws IOException {
        documents.close();
    }
}
