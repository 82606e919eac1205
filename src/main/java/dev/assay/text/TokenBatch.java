package dev.assay.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.text.tokenizer.Tokenizer;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Contexts of equal length.
 *
 * @param rows the number of contexts
 * @param length the number of tokens of each, a BOS token included
 * @param ids token ids, [rows * length], row after row
 * @param documents the index in the corpus of the document that each token is from, [rows * length]; a BOS token counts to the
 *     document of the token behind it, an end-of-text token to the document it ends
 * @param positions the place of each token among those of its document, from 0, [rows * length]; -1 for a BOS token put before it
 */
public record TokenBatch(int rows, int length, long[] ids, long[] documents, int[] positions) {
    /** Checks the lengths. */
    public TokenBatch {
        if (ids.length != rows * length || documents.length != ids.length || positions.length != ids.length) {
            throw new IllegalArgumentException(ids.length + " ids, " + documents.length + " documents and "
                    + positions.length + " positions, expected " + rows + " * " + length);
        }
    }

    /** Puts contexts of one length, at least one, below each other. */
    static TokenBatch concat(List<TokenBatch> batches) {
        return new TokenBatch(
                batches.stream().mapToInt(TokenBatch::rows).sum(),
                batches.get(0).length(),
                batches.stream()
                        .flatMapToLong(batch -> LongStream.of(batch.ids()))
                        .toArray(),
                batches.stream()
                        .flatMapToLong(batch -> LongStream.of(batch.documents()))
                        .toArray(),
                batches.stream()
                        .flatMapToInt(batch -> IntStream.of(batch.positions()))
                        .toArray());
    }

    /**
     * Returns the places of the tokens whose activations are asked for, row after row.
     *
     * @param tokenizer knows which tokens are special
     * @param withSpecial whether special tokens are asked for too
     * @return places in {@link #ids()}, rising
     */
    public long[] keptPositions(Tokenizer tokenizer, boolean withSpecial) {
        return IntStream.range(0, ids.length)
                .filter(i -> withSpecial || !tokenizer.isSpecial((int) ids[i]))
                .asLongStream()
                .toArray();
    }

    /**
     * Copies the ids into an array.
     *
     * @param manager owns the array and decides its device
     * @return int64 [rows, length]
     */
    public NDArray toArray(NDManager manager) {
        return manager.create(ids, new Shape(rows, length));
    }
}
