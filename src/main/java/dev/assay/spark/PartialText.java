package dev.assay.spark;

import dev.assay.text.document.Document;
import dev.assay.text.document.DocumentReader;
import dev.assay.text.document.TextSource;
import java.util.List;

/**
 * Consecutive documents out of a text. They keep their indices: documents before the first can be skipped, not read.
 *
 * @param description the origin of the whole text
 * @param first the index of the first document
 * @param documents the documents that can be read
 * @param end the index after the last document that can be skipped
 */
record PartialText(String description, long first, List<Document> documents, long end) implements TextSource {
    @Override
    public DocumentReader open() {
        return new DocumentReader() {
            private long index;

            @Override
            public Document next() {
                if (index >= first + documents.size()) {
                    return null;
                }
                if (index < first) {
                    throw new IllegalStateException("document " + index + " of " + description
                            + " is not in this process, expected a read from document " + first);
                }
                return documents.get((int) (index++ - first));
            }

            @Override
            public long skip(long count) {
                long skipped = Math.min(count, end - index);
                index += skipped;
                return skipped;
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
    }
}
