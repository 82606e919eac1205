package dev.assay.train.internal.sharded;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.sae.ActiveEntries;
import dev.assay.sae.SparseCodes;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.train.spi.ScoreChunks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The scores of one slice above a bound, from which the largest of a whole batch are selected. The smallest selected score of all slices
 * follows from counts alone, one byte of its float32 representation at a time, from the highest: positive floats have the order of their
 * bits.
 */
final class BatchSelection {
    static final int BINS = 256;
    /** The rows from which the bound is estimated. */
    static final int SAMPLE_ROWS = 64;

    private final List<long[]> rows = new ArrayList<>();
    private final List<long[]> latents = new ArrayList<>();
    private final List<float[]> values = new ArrayList<>();
    private long firstRow;
    private float bound = Float.NaN; // until the first chunk

    private BatchSelection() {}

    /**
     * Collects the scores above a bound.
     *
     * @param scores [rows, latents]
     * @param norms [latents], the factors of the scores, or null for 1
     * @param boundOfFirstChunk computes the bound, 0 or more, from the first chunk
     */
    static BatchSelection above(ScoreChunks scores, NDArray norms, ToDoubleFunction<NDArray> boundOfFirstChunk) {
        BatchSelection selection = new BatchSelection();
        scores.forEach(chunk -> {
            try (Scope scope = Scope.open()) {
                if (norms != null) {
                    Aten.mul_(chunk, norms.reshape(1, norms.size()));
                }
                if (selection.firstRow == 0) {
                    selection.bound = (float) boundOfFirstChunk.applyAsDouble(chunk);
                }
                selection.add(chunk);
            }
        });
        return selection;
    }

    /** Returns the largest scores of the first rows of a chunk, at most {@code rank} of all of them, as one row. */
    static RowLists sample(NDArray chunk, int rank) {
        try (Scope scope = Scope.open()) {
            long sampled = Math.min(SAMPLE_ROWS, chunk.getShape().get(0));
            NDArray scores = chunk.get(new NDIndex("0:{}", sampled)).reshape(1, -1);
            int count = (int) Math.min(rank, scores.size());
            return new RowLists(1, Aten.topKSorted(scores, count).values().toFloatArray());
        }
    }

    private void add(NDArray chunk) {
        SparseCodes found = ActiveEntries.above(chunk, bound);
        long[] rowsOfChunk = found.entryRows().toLongArray();
        for (int i = 0; i < rowsOfChunk.length; i++) {
            rowsOfChunk[i] += firstRow;
        }
        rows.add(rowsOfChunk);
        latents.add(found.indices().toLongArray());
        values.add(found.values().toFloatArray());
        firstRow += chunk.getShape().get(0);
    }

    float bound() {
        return bound;
    }

    long count() {
        return values.stream().mapToLong(part -> part.length).sum();
    }

    /**
     * Counts the scores that agree with the upper bytes of a number, by their next byte.
     *
     * @param upper the bytes that are known
     * @param shift the number of bits below the counted byte
     * @return the counts of {@value #BINS} bytes
     */
    double[] histogram(int upper, int shift) {
        double[] counts = new double[BINS];
        for (float[] part : values) {
            for (float value : part) {
                int bits = Float.floatToRawIntBits(value);
                if (shift == 24 || (bits >>> (shift + 8)) == (upper >>> (shift + 8))) {
                    counts[(bits >>> shift) & (BINS - 1)]++;
                }
            }
        }
        return counts;
    }

    /** Returns the number of scores equal to a value. */
    long countEqual(float value) {
        long count = 0;
        for (float[] part : values) {
            for (float each : part) {
                count += each == value ? 1 : 0;
            }
        }
        return count;
    }

    /**
     * Returns the selected entries, sorted by row.
     *
     * @param smallest the smallest selected score
     * @param ties the number of entries equal to it that are selected: those with the lowest latents, then the lowest rows
     */
    Entries selected(float smallest, long ties) {
        Entries all = all();
        Integer[] tied = IntStream.range(0, all.values().length)
                .filter(i -> all.values()[i] == smallest)
                .boxed()
                .toArray(Integer[]::new);
        Arrays.sort(
                tied, Comparator.<Integer>comparingLong(i -> all.latents()[i]).thenComparingLong(i -> all.rows()[i]));
        boolean[] excluded = new boolean[all.values().length];
        for (int i = (int) ties; i < tied.length; i++) {
            excluded[tied[i]] = true;
        }
        int[] kept = IntStream.range(0, excluded.length)
                .filter(i -> all.values()[i] >= smallest && !excluded[i])
                .toArray();
        return all.at(kept);
    }

    /** Returns all entries, sorted by row. */
    Entries all() {
        int size = (int) count();
        long[] allRows = new long[size];
        long[] allLatents = new long[size];
        float[] allValues = new float[size];
        int at = 0;
        for (int i = 0; i < values.size(); i++) {
            int length = values.get(i).length;
            System.arraycopy(rows.get(i), 0, allRows, at, length);
            System.arraycopy(latents.get(i), 0, allLatents, at, length);
            System.arraycopy(values.get(i), 0, allValues, at, length);
            at += length;
        }
        return new Entries(allRows, allLatents, allValues);
    }

    /**
     * Selected entries in Java arrays.
     *
     * @param rows ascending
     * @param latents counted from the first of the slice
     * @param values the scores
     */
    record Entries(long[] rows, long[] latents, float[] values) {
        Entries at(int[] positions) {
            long[] rowsAt = new long[positions.length];
            long[] latentsAt = new long[positions.length];
            float[] valuesAt = new float[positions.length];
            for (int i = 0; i < positions.length; i++) {
                rowsAt[i] = rows[positions[i]];
                latentsAt[i] = latents[positions[i]];
                valuesAt[i] = values[positions[i]];
            }
            return new Entries(rowsAt, latentsAt, valuesAt);
        }
    }
}
