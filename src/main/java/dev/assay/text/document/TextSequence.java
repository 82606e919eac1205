package dev.assay.text.document;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Collectors;

/**
 * The concatenation of several texts. Each is opened after the one before it is exhausted. The number of documents of a text is kept once a
 * reader has passed it, so that later readers skip it without opening it.
 */
final class TextSequence implements TextSource {
    private static final long UNKNOWN = -1;

    private final List<TextSource> parts;
    private final AtomicLongArray sizes; // documents per part

    TextSequence(List<TextSource> parts) {
        this.parts = List.copyOf(parts);
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("the list of texts is empty, expected at least one");
        }
        sizes = new AtomicLongArray(parts.size());
        for (int part = 0; part < parts.size(); part++) {
            sizes.set(part, UNKNOWN);
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
        return new Reader();
    }

    private final class Reader implements DocumentReader {
        private int part; // the current one
        private DocumentReader current; // null before the part is opened
        private long passed; // documents of the current part

        @Override
        public Document next() throws IOException {
            while (openPart()) {
                Document document = current.next();
                if (document != null) {
                    passed++;
                    return document;
                }
                endPart();
            }
            return null;
        }

        @Override
        public long skip(long documents) throws IOException {
            long skipped = 0;
            while (skipped < documents && part < sizes.length()) {
                long size = sizes.get(part);
                if (current == null && size != UNKNOWN && size <= documents - skipped) {
                    skipped += size;
                    part++;
                } else {
                    openPart();
                    long some = current.skip(documents - skipped);
                    passed += some;
                    skipped += some;
                    if (skipped < documents) {
                        endPart();
                    }
                }
            }
            return skipped;
        }

        private boolean openPart() throws IOException {
            if (current == null && part < parts.size()) {
                current = parts.get(part).open();
                passed = 0;
            }
            return current != null;
        }

        private void endPart() throws IOException {
            sizes.set(part, passed);
            close();
            part++;
        }

        @Override
        public void close() throws IOException {
            if (current != null) {
                current.close();
                current = null;
            }
        }
    }
}
