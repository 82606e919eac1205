package dev.assay.text;

import dev.assay.InvalidInputException;
import java.io.IOException;

/** Reads a range of the contexts of another reader. Contexts keep their numbers and positions. */
final class PartReader implements ContextReader {
    private final ContextReader reader;
    private final ContextRange range;

    /**
     * Moves a reader to the start of a range.
     *
     * @param reader a reader at the first context
     * @param range the contexts to read
     * @param before a position at or before the start of the range
     */
    static ContextReader open(ContextReader reader, ContextRange range, TextPosition before) throws IOException {
        PartReader part = new PartReader(reader, range);
        if (!range.isEmpty()) {
            try {
                part.start(before);
            } catch (IOException | RuntimeException failure) {
                reader.close();
                throw failure;
            }
        }
        return part;
    }

    private PartReader(ContextReader reader, ContextRange range) {
        this.reader = reader;
        this.range = range;
    }

    private void start(TextPosition before) throws IOException {
        reader.seek(before);
        while (reader.position().context() < range.from()) {
            if (reader.next(1) == null) {
                throw new InvalidInputException("the corpus has "
                        + reader.position().context() + " contexts, expected " + range + " among them");
            }
        }
    }

    @Override
    public TokenBatch next(int maxRows) throws IOException {
        long left = range.to() - reader.position().context();
        return range.isEmpty() || left <= 0 ? null : reader.next((int) Math.min(maxRows, left));
    }

    @Override
    public TextPosition position() {
        return reader.position();
    }

    /** Moves forward; a position before the range, such as {@link TextPosition#START}, is the start of the range. */
    @Override
    public void seek(TextPosition position) throws IOException {
        if (!range.isEmpty() && position.context() > range.from()) {
            reader.seek(position);
        }
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
