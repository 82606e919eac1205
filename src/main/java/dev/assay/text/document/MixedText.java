package dev.assay.text.document;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Documents drawn from several texts by weight. The text of the document with index i depends only on the seed and i. */
record MixedText(List<WeightedText> texts, long seed, MixtureEnd end) implements TextSource {
    MixedText {
        texts = List.copyOf(texts);
        if (texts.isEmpty()) {
            throw new InvalidInputException("the mixture has no text, expected at least one");
        }
    }

    @Override
    public TextSource chunked(int characters) {
        return new MixedText(
                texts.stream()
                        .map(text -> new WeightedText(text.source().chunked(characters), text.weight()))
                        .toList(),
                seed,
                end);
    }

    @Override
    public String description() {
        double total = total();
        return texts.stream()
                .map(text -> String.format(
                        Locale.ROOT,
                        "%.4g%% %s",
                        100 * text.weight() / total,
                        text.source().description()))
                .collect(Collectors.joining(" + ", "mixture of ", " (seed " + seed + ")"));
    }

    private double total() {
        return texts.stream().mapToDouble(WeightedText::weight).sum();
    }

    @Override
    public DocumentReader open() {
        return new Reader();
    }

    private final class Reader implements DocumentReader {
        private final IndexedRandom draws = new IndexedRandom(seed);
        /** Cumulative weights of the texts, as shares of the total. */
        private final double[] upTo = new double[texts.size()];

        private final List<Part> parts = new ArrayList<>();
        private long index;
        private boolean finished;

        Reader() {
            double sum = 0;
            for (int i = 0; i < upTo.length; i++) {
                sum += texts.get(i).weight();
                upTo[i] = sum / total();
                parts.add(new Part(texts.get(i).source()));
            }
        }

        private int draw(long at) {
            double fraction = draws.fraction(at);
            int part = 0;
            while (part < upTo.length - 1 && fraction >= upTo[part]) {
                part++;
            }
            return part;
        }

        @Override
        public Document next() throws IOException {
            if (finished) {
                return null;
            }
            Part part = parts.get(draw(index));
            Document document = part.next();
            if (document == null) {
                part.ended = true;
                finished = end == MixtureEnd.FIRST_EXHAUSTED || parts.stream().allMatch(each -> each.ended);
                document = finished ? null : part.restart();
            }
            index += finished ? 0 : 1;
            return document;
        }

        /** Skips documents: repeats the draws and skips the corresponding number of documents in each text. */
        @Override
        public long skip(long documents) throws IOException {
            if (finished) {
                return 0;
            }
            long[] drawn = new long[parts.size()];
            for (long i = 0; i < documents; i++) {
                drawn[draw(index + i)]++;
            }
            boolean first = end == MixtureEnd.FIRST_EXHAUSTED;
            long stop = first ? documents : 0;
            for (int i = 0; i < drawn.length; i++) {
                long failing = pass(i, drawn[i], documents);
                stop = first ? Math.min(stop, failing) : Math.max(stop, failing);
            }
            finished = stop < documents;
            index += stop;
            return stop;
        }

        /** Skips documents of one text; returns the index of the draw that reached its end, {@code draws} if none did. */
        private long pass(int part, long documents, long draws) throws IOException {
            boolean endedBefore = parts.get(part).ended;
            long given = parts.get(part).skip(documents, end == MixtureEnd.ALL_EXHAUSTED);
            if (given == documents || endedBefore) {
                return endedBefore ? 0 : draws;
            }
            long at = -1;
            for (long found = -1; found < given; at++) {
                found += draw(index + at + 1) == part ? 1 : 0;
            }
            return at;
        }

        @Override
        public void close() throws IOException {
            for (Part part : parts) {
                part.close();
            }
        }
    }

    /** One of the texts of an open reader. */
    private static final class Part {
        private final TextSource source;
        private DocumentReader reader;
        private boolean ended;

        Part(TextSource source) {
            this.source = source;
        }

        private DocumentReader reader() throws IOException {
            if (reader == null) {
                reader = source.open();
            }
            return reader;
        }

        Document next() throws IOException {
            return reader().next();
        }

        /** Restarts at the first document. */
        Document restart() throws IOException {
            close();
            Document document = next();
            if (document == null) {
                throw empty();
            }
            return document;
        }

        /** Skips documents, optionally over several rounds; returns the number of documents before the first end. */
        long skip(long documents, boolean inRounds) throws IOException {
            long given = reader().skip(documents);
            ended |= given < documents;
            long left = inRounds ? documents - given : 0;
            while (left > 0) {
                close();
                long round = reader().skip(left);
                if (round == 0) {
                    throw empty();
                }
                left -= round;
            }
            return given;
        }

        private InvalidInputException empty() {
            return new InvalidInputException(
                    source.description() + ": found no document, expected at least one for the mixture");
        }

        void close() throws IOException {
            if (reader != null) {
                reader.close();
                reader = null;
            }
        }
    }
}
