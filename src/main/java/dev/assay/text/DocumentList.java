package dev.assay.text;

import java.util.Iterator;
import java.util.List;

/** Documents in memory. */
record DocumentList(List<Document> documents) implements TextSource {
    DocumentList {
        documents = List.copyOf(documents);
    }

    @Override
    public DocumentReader open() {
        Iterator<Document> iterator = documents.iterator();
        return new DocumentReader() {
            @Override
            public Document next() {
                return iterator.hasNext() ? iterator.next() : null;
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
