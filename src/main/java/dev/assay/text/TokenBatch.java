package dev.assay.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.tensor.Aten;
import dev.assay.text.tokenizer.Tokenizer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
 * @param files the file of each document of the batch by its index; without the documents that are not from files
 */
public record TokenBatch(int rows, int length, long[] ids, long[] documents, int[] positions, Map<Long, String> files) {
    /** Creates contexts of documents that are not from files. */
    public TokenBatch(int rows, int length, long[] ids, long[] documents, int[] positions) {
        this(rows, length, ids, documents, positions, Map.of());
    }

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
                        .toArray(),
                files(batches));
    }

    private static Map<Long, String> files(List<TokenBatch> batches) {
        Map<Long, String> all = new HashMap<>();
        batches.forEach(batch -> all.putAll(batch.files()));
        return all;
    }

    /**
     * Returns the file of the document of a token.
     *
     * @param token an index into {@link #ids()}
     * @return the file name; empty if the document is not from a file
     */
    public String file(int token) {
        return files.getOrDefault(documents[token], "");
    }

    /**
     * Returns the positions of the tokens whose activations are used, in row-major order.
     *
     * @param tokenizer decides which tokens are special
     * @param withSpecial whether to include special tokens
     * @param firstPosition the number of positions at the start of each context to leave out
     * @return indices into {@link #ids()}, in ascending order
     */
    public long[] keptPositions(Tokenizer tokenizer, boolean withSpecial, int firstPosition) {
        return IntStream.range(0, ids.length)
                .filter(i -> i % length >= firstPosition)
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
        try (NDArray flat = Aten.longs(manager, ids)) {
            return flat.reshape(rows, length); // shares the memory, which PyTorch frees with the last array
        }
    }
}
