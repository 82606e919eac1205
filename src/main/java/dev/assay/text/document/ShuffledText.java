package dev.assay.text.document;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** A text whose documents are drawn from a sliding window. */
record ShuffledText(TextSource source, int window, long seed) implements TextSource {
    ShuffledText {
        if (window < 1) {
            throw new InvalidInputException("the shuffle window has " + window + " documents, expected at least 1");
        }
    }

    @Override
    public TextSource chunked(int characters) {
        return new ShuffledText(source.chunked(characters), window, seed);
    }

    @Override
    public String description() {
        return source.description() + " shuffled in a window of " + window + " documents (seed " + seed + ")";
    }

    @Override
    public DocumentReader open() throws IOException {
        return new Reader();
    }

    private final class Reader implements DocumentReader {
        private final IndexedRandom draws = new IndexedRandom(seed);
        private DocumentReader reader = source.open();
        private Document[] held = {};
        private int size;
        private long given;
        private boolean started;
        private boolean ended;

        Reader() throws IOException {}

        @Override
        public Document next() throws IOException {
            if (!started) {
                fill();
            }
            if (size == 0) {
                return null;
            }
            int slot = draws.below(given++, size);
            Document document = held[slot];
            Document following = ended ? null : reader.next();
            if (following == null) {
                ended = true;
                following = held[--size];
            }
            held[slot] = following;
            return document;
        }

        private void fill() throws IOException {
            started = true;
            while (!ended && size < window) {
                Document document = reader.next();
                if (document == null) {
                    ended = true;
                } else {
                    hold(document);
                }
            }
        }

        private void hold(Document document) {
            if (size == held.length) {
                held = Arrays.copyOf(held, (int) Math.min(window, Math.max(16, 2L * size)));
            }
            held[size++] = document;
        }

        /** Skips documents: repeats the draws on indices, then reads only the documents that remain in the window. */
        @Override
        public long skip(long documents) throws IOException {
            if (documents < window) {
                return DocumentReader.super.skip(documents);
            }
            long before = given;
            long target = given + documents;
            long length = Long.MAX_VALUE;
            for (long found = load(indices(target, length)); found < length; found = load(indices(target, length))) {
                length = found;
            }
            given = Math.min(target, length);
            ended = length < Long.MAX_VALUE;
            return given - before;
        }

        /** Returns the documents in the window after a number of draws from a text of a given length. */
        private long[] indices(long drawn, long length) {
            int left = (int) Math.min(window, length);
            long[] slots = new long[left];
            Arrays.setAll(slots, i -> i);
            long next = left;
            for (long i = 0; i < drawn && left > 0; i++) {
                int slot = draws.below(i, left);
                slots[slot] = next < length ? next++ : slots[--left];
            }
            return Arrays.copyOf(slots, left);
        }

        /**
         * Fills the window from the start of the text.
         *
         * @param indices the document of each slot of the window
         * @return {@link Long#MAX_VALUE}, or the length of the text if it has fewer documents
         */
        private long load(long[] indices) throws IOException {
            reader.close();
            reader = source.open();
            started = true;
            held = new Document[indices.length];
            size = indices.length;
            int[] order = IntStream.range(0, size)
                    .boxed()
                    .sorted(Comparator.comparingLong(slot -> indices[slot]))
                    .mapToInt(Integer::intValue)
                    .toArray();
            long at = 0;
            for (int slot : order) {
                at += reader.skip(indices[slot] - at);
                held[slot] = at == indices[slot] ? reader.next() : null;
                if (held[slot] == null) {
                    return at;
                }
                at++;
            }
            return Long.MAX_VALUE;
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }
}
