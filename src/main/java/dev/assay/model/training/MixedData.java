package dev.assay.model.training;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A mixture of training data. After any number of rows, the number of rows of each part differs from its share by less than 1, so the
 * proportions of a run are exact.
 *
 * <pre>{@code
 * TrainingData mixed = MixedData.of(new SupervisedExamples(examples), 3).and(new CorpusContexts(corpus), 1);
 * }</pre>
 */
public final class MixedData implements TrainingData {
    /** A part with its relative number of rows. */
    private record Part(TrainingData data, double weight) {}

    private final List<Part> parts;

    private MixedData(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    /** {@return a mixture of one part; its weight is relative to those of {@link #and}} */
    public static MixedData of(TrainingData data, double weight) {
        return new MixedData(List.of()).and(data, weight);
    }

    /**
     * Adds a part.
     *
     * @param data the part
     * @param weight its relative number of rows, above 0
     * @return the larger mixture
     */
    public MixedData and(TrainingData data, double weight) {
        InvalidInputException.require(
                weight > 0 && Double.isFinite(weight), "the weight of a part of a mixture", weight, "a number above 0");
        List<Part> more = new ArrayList<>(parts);
        more.add(new Part(data, weight));
        return new MixedData(more);
    }

    @Override
    public String description() {
        return parts.stream()
                .map(part -> part.weight() + " of " + part.data().description())
                .collect(Collectors.joining(" + "));
    }

    @Override
    public int longest() {
        return parts.stream().mapToInt(part -> part.data().longest()).max().orElseThrow();
    }

    @Override
    public TokenRowStream open(long seed) throws IOException {
        Streams streams = new Streams();
        try {
            for (Part part : parts) {
                // The golden ratio separates the seeds of the parts.
                streams.opened.add(part.data().open(seed + streams.opened.size() * 0x9E3779B97F4A7C15L));
            }
            return streams;
        } catch (IOException | RuntimeException failure) {
            streams.close();
            throw failure;
        }
    }

    /** Returns the held-out rows of every part, up to the limit per part. */
    @Override
    public List<TokenRows> heldOut(int batch, int limit) throws IOException {
        List<TokenRows> all = new ArrayList<>();
        for (Part part : parts) {
            all.addAll(part.data().heldOut(batch, limit));
        }
        return all;
    }

    private final class Streams implements TokenRowStream {
        private final List<TokenRowStream> opened = new ArrayList<>();
        private final long[] counts = new long[parts.size()];
        private final double total = parts.stream().mapToDouble(Part::weight).sum();
        private long read;

        @Override
        public TokenRows next(int rows) throws IOException {
            int[] wanted = new int[counts.length];
            for (int i = 0; i < rows; i++) {
                wanted[furthestBehind()]++;
            }
            List<TokenRows> batches = new ArrayList<>();
            for (int i = 0; i < wanted.length; i++) {
                while (wanted[i] > 0) {
                    TokenRows batch = opened.get(i).next(wanted[i]);
                    batches.add(batch);
                    wanted[i] -= batch.rows();
                }
            }
            return TokenRows.concat(batches);
        }

        /** Returns the part whose number of rows is the furthest below its share, and counts one row for it. */
        private int furthestBehind() {
            read++;
            int chosen = 0;
            double largest = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < counts.length; i++) {
                double missing = read * parts.get(i).weight() / total - counts[i];
                if (missing > largest) {
                    largest = missing;
                    chosen = i;
                }
            }
            counts[chosen]++;
            return chosen;
        }

        @Override
        public void close() throws IOException {
            IOException first = null;
            for (TokenRowStream stream : opened) {
                try {
                    stream.close();
                } catch (IOException failure) {
                    first = first == null ? failure : first;
                }
            }
            if (first != null) {
                throw first;
            }
        }
    }
}
