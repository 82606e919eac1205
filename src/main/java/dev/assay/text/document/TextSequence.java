package dev.assay.text.document;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;

/** The concatenation of several texts. Each is opened after the one before it is exhausted. */
record TextSequence(List<TextSource> parts) implements TextSource {
    TextSequence {
        parts = List.copyOf(parts);
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("the list of texts is empty, expected at least one");
        }
    }

    @Override
    public TextSource chunked(int characters) {
        return new TextSequence(
                parts.stream().map(part -> part.chunked(characters)).toList());
    }

    @Override
    public String description() {
        return parts.stream().map(TextSource::description).collect(Collectors.joining(", "));
    }

    @Override
    public DocumentReader open() {
        Iterator<TextSource> rest = parts.iterator();
        return new DocumentReader() {
            private DocumentReader current;

            @Override
            public Document next() throws IOException {
                while (hasPart()) {
                    Document document = current.next();
                    if (document != null) {
                        return document;
                    }
                    close();
                }
                return null;
            }

            @Override
            public long skip(long documents) throws IOException {
                long skipped = 0;
                while (skipped < documents && hasPart()) {
                    skipped += current.skip(documents - skipped);
                    if (skipped < documents) {
                        close();
                    }
                }
                return skipped;
            }

            private boolean hasPart() throws IOException {
                if (current == null && rest.hasNext()) {
                    current = rest.next().open();
                }
                return current != null;
            }

            @Override
            public void close() throws IOException {
                if (current != null) {
                    current.close();
                    current = null;
                }
            }
        };
    }
}
