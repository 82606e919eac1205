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
 * @param length the number of tokens per context, including a BOS token
 * @param ids token ids, [rows * length], row after row
 * @param documents the document index of each token, [rows * length]; a BOS token has the document of the next token, an end-of-text
 *     token the document that it ends
 * @param positions the index of each token within its document, [rows * length]; -1 for a prepended BOS token
 */
public record TokenBatch(int rows, int length, long[] ids, long[] documents, int[] positions) {
    /** Checks the lengths. */
    public TokenBatch {
        if (ids.length != rows * length || documents.length != ids.length || positions.length != ids.length) {
            throw new IllegalArgumentException(ids.length + " ids, " + documents.length + " documents and "
                    + positions.length + " positions, expected " + rows + " * " + length);
        }
    }

    /** Concatenates contexts of one length, at least one batch. */
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
     * Returns the positions of the tokens whose activations are used, in row-major order.
     *
     * @param tokenizer decides which tokens are special
     * @param withSpecial whether to include special tokens
     * @return indices into {@link #ids()}, in ascending order
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
     * @param manager owner of the array; its device is used
     * @return int64 [rows, length]
     */
    public NDArray toArray(NDManager manager) {
        return manager.create(ids, new Shape(rows, length));
    }
}
