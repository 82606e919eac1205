package dev.assay.text.story;

import dev.assay.text.ContextPacker;
import java.io.IOException;

/** Reads labelled contexts in order. A reader belongs to one thread. */
public final class LabelledReader implements AutoCloseable {
    private final ContextPacker packer;

    LabelledReader(ContextPacker packer) {
        this.packer = packer;
    }

    /**
     * Reads the next contexts.
     *
     * @param maxRows the largest number of contexts to read, at least 1
     * @return the contexts, fewer at the end of the corpus, or null after it
     * @throws IOException if reading fails
     */
    public LabelledBatch next(int maxRows) throws IOException {
        ContextPacker.Packed packed = packer.next(maxRows);
        return packed == null ? null : new LabelledBatch(packed.tokens(), packed.labels());
    }

    @Override
    public void close() throws IOException {
        packer.close();
    }
}
