package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.tensor.Aten;
import dev.assay.tensor.ChunkSizes;
import dev.assay.tensor.Scope;
import java.util.stream.LongStream;

/**
 * Weighted sums of rows of a table, one per bag of entries, written into an existing array. PyTorch's embedding bag allocates an array of
 * all sums; computing the sums in chunks keeps each chunk in the cache and avoids memory fragmentation.
 *
 * @param indices int64 [m], the row of the table of each entry
 * @param offsets int64 [bags], the index of the first entry of each bag
 */
public record EmbeddingBag(NDArray indices, NDArray offsets) {
    private static final long CHUNK_FLOATS = 1L << 18;

    /**
     * Creates bags from the bag index of each entry.
     *
     * @param indices int64 [m], the table rows, sorted by bag
     * @param bagOfEach int64 [m], the bag of each entry, in any order
     * @param bags the number of bags
     */
    public static EmbeddingBag of(NDArray indices, NDArray bagOfEach, int bags) {
        NDArray counts = Aten.binCount(bagOfEach, bags);
        return new EmbeddingBag(indices, counts.cumSum(0).sub(counts));
    }

    /** Returns the sums in a new array: table [rows, d], weights [m] → [bags, d]. */
    public NDArray sums(NDArray table, NDArray weights) {
        return Aten.embeddingBag(table, indices, offsets, weights);
    }

    /**
     * Writes the sums.
     *
     * @param out [bags, d], overwritten
     * @param table [rows, d]
     * @param weights [m]
     */
    void write(NDArray out, NDArray table, NDArray weights) {
        run(out, table, weights, false);
    }

    /**
     * Adds the sums.
     *
     * @param sum [bags, d], changed in place
     * @param table [rows, d]
     * @param weights [m]
     */
    void add(NDArray sum, NDArray table, NDArray weights) {
        run(sum, table, weights, true);
    }

    private void run(NDArray target, NDArray table, NDArray weights, boolean adds) {
        long bags = offsets.size();
        long width = Math.max(1, table.getShape().get(1));
        long chunk = ChunkSizes.rows(table, CHUNK_FLOATS / width, width);
        long[] starts = starts(chunk);
        for (int i = 0; i * chunk < bags; i++) {
            try (Scope scope = Scope.open()) {
                NDIndex chunkBags = new NDIndex("{}:{}", i * chunk, Math.min(bags, (i + 1) * chunk));
                NDIndex entries = new NDIndex("{}:{}", starts[i], starts[i + 1]);
                EmbeddingBag chunkBag =
                        new EmbeddingBag(indices.get(entries), Aten.add(offsets.get(chunkBags), -starts[i]));
                NDArray sums = chunkBag.sums(table, weights.get(entries));
                if (adds) {
                    Aten.add_(target.get(chunkBags), sums, 1);
                } else {
                    Aten.copy_(target.get(chunkBags), sums);
                }
            }
        }
    }

    /** Returns the index of the first entry of each chunk, followed by the number of entries. */
    private long[] starts(long chunk) {
        long bags = offsets.size();
        if (bags <= chunk) {
            return new long[] {0, indices.size()}; // avoids reading offsets, which would synchronize with the GPU
        }
        long[] firstBags =
                LongStream.iterate(0, bag -> bag < bags, bag -> bag + chunk).toArray();
        try (Scope scope = Scope.open()) {
            NDArray positions = Aten.longs(offsets.getManager(), firstBags);
            long[] firstEntries = Aten.indexSelect(offsets, 0, positions).toLongArray();
            return LongStream.concat(LongStream.of(firstEntries), LongStream.of(indices.size()))
                    .toArray();
        }
    }
}
