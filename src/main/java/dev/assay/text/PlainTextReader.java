package dev.assay.text;

import dev.assay.InvalidInputException;
import java.io.BufferedReader;
import java.io.IOException;

/** Reads a plain text file: one document, or its parts. */
final class PlainTextReader implements DocumentReader {
    private static final int READ_CHARACTERS = 1 << 16;

    /** A string of more could not be held with its tokens. */
    private static final int MOST_CHARACTERS = 1 << 29;

    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final TextFile file;
    private final TextFaults faults;
    private final BufferedReader reader;
    private final StringBuilder text = new StringBuilder();
    private boolean started;
    private boolean finished;
    private int part;

    PlainTextReader(TextFile file, BufferedReader reader) {
        this.file = file;
        this.faults = new TextFaults(file.path());
        this.reader = reader;
    }

    @Override
    public Document next() throws IOException {
        // One character more than a part tells whether another part follows.
        int wanted = file.chunkCharacters() == 0 ? Integer.MAX_VALUE : file.chunkCharacters() + 1;
        fill(wanted);
        if (text.isEmpty()) {
            return null;
        }
        int end = file.chunkCharacters() == 0 ? text.length() : Chunks.end(text, 0, file.chunkCharacters());
        boolean whole = part == 0 && end == text.length();
        Document document = new Document(whole ? file.name() : Chunks.id(file.name(), part), text.substring(0, end));
        text.delete(0, end);
        part++;
        return document;
    }

    private void fill(int wanted) throws IOException {
        char[] block = new char[Math.min(wanted, READ_CHARACTERS)];
        while (!finished && text.length() < wanted) {
            int read = faults.guard(() -> reader.read(block, 0, Math.min(block.length, wanted - text.length())));
            if (read < 0) {
                finished = true;
            } else {
                int skip = !started && read > 0 && block[0] == BYTE_ORDER_MARK ? 1 : 0;
                started |= read > 0;
                text.append(block, skip, read - skip);
            }
            if (text.length() > MOST_CHARACTERS) {
                throw new InvalidInputException(file.path() + ": more than " + MOST_CHARACTERS
                        + " characters in one document, expected less or that documents are cut into parts");
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
