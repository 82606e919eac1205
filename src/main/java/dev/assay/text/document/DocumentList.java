package dev.assay.text.document;

import java.util.List;

/** Documents in memory. */
record DocumentList(List<Document> documents) implements TextSource {
    DocumentList {
        documents = List.copyOf(documents);
    }

    @Override
    public DocumentReader open() {
        return new DocumentReader() {
            private int index;

            @Override
            public Document next() {
                return index == documents.size() ? null : documents.get(index++);
            }

            @Override
            public long skip(long count) {
                int skipped = (int) Math.min(count, documents.size() - index);
                index += skipped;
                return skipped;
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
    }

    @Override
    public String description() {
        return documents.size() + (documents.size() == 1 ? " document" : " documents") + " in memory";
    }
}
