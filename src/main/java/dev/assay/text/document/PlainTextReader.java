package dev.assay.text.document;

import dev.assay.InvalidInputException;
import java.io.IOException;

/** Reads a plain text file as one document, or as several parts. */
final class PlainTextReader implements DocumentReader {
    /** Limit of a document. A longer string could not be stored together with its tokens. */
    private static final int MOST_CHARACTERS = 1 << 29;

    private final TextFile file;
    private final Utf8Reader reader;
    private final StringBuilder text = new StringBuilder();
    /** Start of the next document in {@code text}. */
    private int start;

    private boolean finished;
    private int part;

    PlainTextReader(TextFile file, Utf8Reader reader) {
        this.file = file;
        this.reader = reader;
    }

    @Override
    public Document next() throws IOException {
        int end = end();
        if (end == start) {
            return null;
        }
        boolean whole = part == 0 && finished && end == text.length();
        Document document =
                new Document(whole ? file.name() : Chunks.id(file.name(), part), text.substring(start, end));
        part++;
        start = end;
        return document;
    }

    @Override
    public long skip(long documents) throws IOException {
        if (file.chunkCharacters() == 0 && part == 0 && documents > 0) {
            part++;
            finished = true;
            return 1;
        }
        for (long skipped = 0; skipped < documents; skipped++) {
            int end = end();
            if (end == start) {
                return skipped;
            }
            part++;
            start = end;
        }
        return documents;
    }

    /** Reads the next document and returns its end; equal to its start if there is none. */
    private int end() throws IOException {
        int characters = file.chunkCharacters();
        // One character beyond the part shows whether another part follows.
        fill(characters == 0 ? Integer.MAX_VALUE : characters + 1);
        return characters == 0 ? text.length() : Chunks.end(text, start, characters);
    }

    private void fill(int wanted) throws IOException {
        if (text.length() - start < wanted && start > 0) {
            text.delete(0, start);
            start = 0;
        }
        while (!finished && text.length() - start < wanted) {
            finished = !reader.appendTo(text);
            if (text.length() > MOST_CHARACTERS) {
                throw new InvalidInputException(file.path() + ": one document has more than " + MOST_CHARACTERS
                        + " characters, expected a shorter one, or a limit at which documents are split");
            }
        }
        if (finished && part == 0 && text.isEmpty()) {
            throw new InvalidInputException(file.path() + ": the file is empty, expected text");
        }
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
