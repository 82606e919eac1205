package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.tensor.Aten;
import dev.assay.tensor.ChunkSizes;
import dev.assay.tensor.Scope;
import java.util.stream.LongStream;

/**
 * Weighted sums of rows of a table, one per bag of entries, written into an existing array. PyTorch allocates an array of all sums; computing
 * them in chunks keeps each chunk in the cache and avoids fragmentation of the memory.
 *
 * @param indices int64 [m], the row of the table of each entry
 * @param offsets int64 [bags], the index of the first entry of each bag
 */
public record EmbeddingBag(NDArray indices, NDArray offsets) {
    private static final long PIECE_FLOATS = 1L << 18;

    /**
     * Makes bags.
     *
     * @param indices int64 [m], those of the first bag first
     * @param bagOfEach int64 [m], the bag of each entry, in any order
     * @param bags their number
     */
    public static EmbeddingBag of(NDArray indices, NDArray bagOfEach, int bags) {
        NDArray counts = Aten.binCount(bagOfEach, bags);
        return new EmbeddingBag(indices, counts.cumSum(0).sub(counts));
    }

    /** The sums as PyTorch makes them: table [rows, d], weights [m] → [bags, d]. */
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
     * @param sum [bags, d], changed
     * @param table [rows, d]
     * @param weights [m]
     */
    void add(NDArray sum, NDArray table, NDArray weights) {
        run(sum, table, weights, true);
    }

    private void run(NDArray target, NDArray table, NDArray weights, boolean adds) {
        long bags = offsets.size();
        long width = Math.max(1, table.getShape().get(1));
        long piece = ChunkSizes.rows(table, PIECE_FLOATS / width, width);
        long[] starts = starts(piece);
        for (int i = 0; i * piece < bags; i++) {
            try (Scope scope = Scope.open()) {
                NDIndex ofPiece = new NDIndex("{}:{}", i * piece, Math.min(bags, (i + 1) * piece));
                NDIndex entries = new NDIndex("{}:{}", starts[i], starts[i + 1]);
                EmbeddingBag some = new EmbeddingBag(
                        indices.get(entries), offsets.get(ofPiece).sub(starts[i]));
                NDArray sums = some.sums(table, weights.get(entries));
                if (adds) {
                    Aten.add_(target.get(ofPiece), sums, 1);
                } else {
                    Aten.copy_(target.get(ofPiece), sums);
                }
            }
        }
    }

    /** The index of the first entry of each chunk, followed by the number of entries. */
    private long[] starts(long piece) {
        long bags = offsets.size();
        if (bags <= piece) {
            return new long[] {0, indices.size()}; // nothing to read, which a GPU would have to be waited for
        }
        long[] firstBags =
                LongStream.iterate(0, bag -> bag < bags, bag -> bag + piece).toArray();
        try (Scope scope = Scope.open()) {
            NDArray positions = offsets.getManager().create(firstBags);
            long[] begins = Aten.indexSelect(offsets, 0, positions).toLongArray();
            return LongStream.concat(LongStream.of(begins), LongStream.of(indices.size()))
                    .toArray();
        }
    }
}
