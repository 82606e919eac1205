package dev.assay.text;

import java.io.IOException;

/**
 * Readers of ranges of contexts of one split of a corpus, one after the other. A range that starts where the one before ended continues
 * with the same reader of the text, so consecutive ranges read the text once. Belongs to one thread.
 */
public final class RangeReaders implements AutoCloseable {
    private final Corpus corpus;
    private final Split split;
    private final int ahead;
    private ContextReader text; // of the whole corpus; null before the first range

    /**
     * Creates readers without opening the text.
     *
     * @param corpus the whole corpus
     * @param split the documents to read
     * @param ahead the number of contexts to tokenise ahead, at least 1
     */
    public RangeReaders(Corpus corpus, Split split, int ahead) {
        this.corpus = corpus;
        this.split = split;
        this.ahead = ahead;
    }

    /**
     * Opens a range.
     *
     * @param range contexts of the split
     * @param before a position at or before the first of them
     * @return a reader with the contexts and positions of {@link Corpus#partition(ContextRange, TextPosition)}; the next range ends it
     * @throws IOException if reading fails
     * @throws dev.assay.InvalidInputException if the position is after the start of the range
     */
    public ContextReader open(ContextRange range, TextPosition before) throws IOException {
        corpus.partition(range, before); // checks the arguments
        if (!range.isEmpty() && (text == null || text.position().context() != range.from())) {
            close();
            text = corpus.readAhead(split, ahead);
        }
        return PartReader.open(range.isEmpty() ? new NoContexts() : new Unclosed(text), range, before);
    }

    /** Closes the text. */
    @Override
    public void close() throws IOException {
        if (text != null) {
            text.close();
            text = null;
        }
    }

    /** A reader that stays open for the next range. */
    private record Unclosed(ContextReader reader) implements ContextReader {
        @Override
        public TokenBatch next(int maxRows) throws IOException {
            return reader.next(maxRows);
        }

        @Override
        public TextPosition position() {
            return reader.position();
        }

        @Override
        public void seek(TextPosition position) throws IOException {
            if (position.context() > reader.position().context()) {
                reader.seek(position);
            }
        }

        @Override
        public void close() {
            // RangeReaders closes it.
        }
    }

    /** The reader of an empty range. */
    private static final class NoContexts implements ContextReader {
        @Override
        public TokenBatch next(int maxRows) {
            return null;
        }

        @Override
        public TextPosition position() {
            return TextPosition.START;
        }

        @Override
        public void seek(TextPosition position) {
            // There is nothing to read.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }
}
