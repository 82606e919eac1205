package dev.assay.text.document;

import java.io.IOException;

/** A text whose long documents are split into shorter ones. */
record ChunkedText(TextSource source, int characters) implements TextSource {
    ChunkedText {
        Chunks.check(characters);
    }

    @Override
    public DocumentReader open() throws IOException {
        DocumentReader whole = source.open();
        return new DocumentReader() {
            private Document document;
            private int from;
            private int part;

            @Override
            public Document next() throws IOException {
                if (document == null) {
                    document = whole.next();
                    from = 0;
                    part = 0;
                }
                if (document == null || (from == 0 && document.text().length() <= characters)) {
                    Document uncut = document;
                    document = null;
                    return uncut;
                }
                String text = document.text();
                int to = Chunks.end(text, from, characters);
                Document chunk = new Document(Chunks.id(document.id(), part++), text.substring(from, to));
                from = to;
                if (from == text.length()) {
                    document = null;
                }
                return chunk;
            }

            @Override
            public void close() throws IOException {
                whole.close();
            }
        };
    }

    @Override
    public String description() {
        return source.description() + " in parts of " + characters + " characters";
    }
}
