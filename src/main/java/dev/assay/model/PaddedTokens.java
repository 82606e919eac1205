package dev.assay.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Scope;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * A batch of sequences, padded to the same length.
 *
 * @param tokens int64 [batch, position]; the ids at padding have no meaning
 * @param mask bool [batch, position], true at real tokens
 */
public record PaddedTokens(NDArray tokens, NDArray mask) implements AutoCloseable {
    /**
     * Pads sequences to the length of the longest.
     *
     * @param manager the owner of the arrays when no scope is open; its device is used
     * @param rows token ids: at least one row, at least one token in each
     * @param side the side of the padding
     * @param filler the id at padding
     */
    public static PaddedTokens of(NDManager manager, List<int[]> rows, Padding side, int filler) {
        int width = rows.stream().mapToInt(row -> row.length).max().orElse(0);
        long[] ids = new long[rows.size() * width];
        byte[] real = new byte[ids.length];
        Arrays.fill(ids, filler);
        for (int i = 0; i < rows.size(); i++) {
            int[] row = rows.get(i);
            if (row.length == 0) {
                throw new InvalidInputException(
                        "sequence " + (i + 1) + " of " + rows.size() + " has no tokens, expected at least one");
            }
            int at = i * width + side.start(row.length, width);
            for (int j = 0; j < row.length; j++) {
                ids[at + j] = row[j];
                real[at + j] = 1;
            }
        }
        Shape shape = new Shape(rows.size(), width);
        try (Scope scope = Scope.open()) {
            NDArray mask = manager.create(ByteBuffer.wrap(real), shape, DataType.BOOLEAN);
            return new PaddedTokens(scope.keep(manager.create(ids, shape)), scope.keep(mask));
        }
    }

    @Override
    public void close() {
        tokens.close();
        mask.close();
    }
}
