package dev.assay.text;

import java.io.IOException;

/** Reads contexts from a packer on the thread of the caller. */
record TokenizingReader(ContextPacker packer) implements ContextReader {
    @Override
    public TokenBatch next(int maxRows) throws IOException {
        ContextPacker.Packed packed = packer.next(maxRows);
        return packed == null ? null : packed.tokens();
    }

    @Override
    public TextPosition position() {
        return packer.position();
    }

    @Override
    public void seek(TextPosition position) throws IOException {
        packer.seek(position);
    }

    @Override
    public void close() throws IOException {
        packer.close();
    }
}
