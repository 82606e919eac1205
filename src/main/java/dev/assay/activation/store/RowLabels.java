package dev.assay.activation.store;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The tokens of rows of activations.
 *
 * @param tokens token ids, [rows]
 * @param documents the index in the corpus of the document of each token, [rows]
 * @param positions the index of each token in its document, from 0, [rows]; -1 for a prepended BOS token
 */
public record RowLabels(long[] tokens, long[] documents, int[] positions) {
    static RowLabels join(List<ShardRows> pieces) {
        return new RowLabels(
                pieces.stream()
                        .flatMapToLong(piece -> IntStream.of(piece.tokens()).asLongStream())
                        .toArray(),
                pieces.stream()
                        .flatMapToLong(piece -> LongStream.of(piece.documents()))
                        .toArray(),
                pieces.stream()
                        .flatMapToInt(piece -> IntStream.of(piece.positions()))
                        .toArray());
    }
}
