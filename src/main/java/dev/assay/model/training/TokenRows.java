package dev.assay.model.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.tensor.Aten;
import dev.assay.text.TokenBatch;
import dev.assay.text.dialogue.Role;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rows of tokens with the weight of each token in the loss. Arrays are shared, not copied.
 *
 * @param rows the number of rows
 * @param length the number of tokens per row, including padding at the end
 * @param ids token ids, [rows * length], row after row; 0 at padding
 * @param lossWeights the weight of −log p(token | tokens before it), [rows * length], at least 0; 0 at padding. The weight of the first token
 *     of a row has no effect, because nothing predicts it
 * @param roles the role of each token, [rows * length]; {@link Role#NONE} at markers and padding
 */
public record TokenRows(int rows, int length, long[] ids, float[] lossWeights, Role[] roles) {
    /** Checks the lengths. */
    public TokenRows {
        int size = rows * length;
        if (rows < 1 || ids.length != size || lossWeights.length != size || roles.length != size) {
            throw new IllegalArgumentException(ids.length + " ids, " + lossWeights.length + " weights and "
                    + roles.length + " roles, expected " + rows + " * " + length);
        }
    }

    /** {@return contexts of a corpus with weight 1 and role {@link Role#DOCUMENT} everywhere} */
    public static TokenRows of(TokenBatch batch) {
        float[] weights = new float[batch.ids().length];
        Arrays.fill(weights, 1);
        Role[] roles = new Role[weights.length];
        Arrays.fill(roles, Role.DOCUMENT);
        return new TokenRows(batch.rows(), batch.length(), batch.ids(), weights, roles);
    }

    /** {@return the rows of all parts in order, padded at the end to the longest} */
    public static TokenRows concat(List<TokenRows> parts) {
        if (parts.size() == 1) {
            return parts.get(0);
        }
        int rows = parts.stream().mapToInt(TokenRows::rows).sum();
        int length = parts.stream().mapToInt(TokenRows::length).max().orElseThrow();
        TokenRows all = padding(rows, length);
        int row = 0;
        for (TokenRows part : parts) {
            for (int i = 0; i < part.rows; i++) {
                System.arraycopy(part.ids, i * part.length, all.ids, row * length, part.length);
                System.arraycopy(part.lossWeights, i * part.length, all.lossWeights, row * length, part.length);
                System.arraycopy(part.roles, i * part.length, all.roles, row * length, part.length);
                row++;
            }
        }
        return all;
    }

    /** Returns rows of padding. */
    static TokenRows padding(int rows, int length) {
        Role[] roles = new Role[rows * length];
        Arrays.fill(roles, Role.NONE);
        return new TokenRows(rows, length, new long[roles.length], new float[roles.length], roles);
    }

    /** {@return int64 [rows, length], on the device of the manager} */
    public NDArray toArray(NDManager manager) {
        try (NDArray flat = Aten.longs(manager, ids)) {
            return flat.reshape(rows, length); // shares the memory, which PyTorch frees with the last array
        }
    }

    /** {@return the sum of the weights of all tokens except the first one of each row} */
    public double targetWeight() {
        return targets().mapToDouble(i -> lossWeights[i]).sum();
    }

    /** Returns whether every token except the first one of each row has weight 1. */
    boolean isUniform() {
        return targets().allMatch(i -> lossWeights[i] == 1);
    }

    /** Returns the indices of all tokens except the first one of each row. */
    IntStream targets() {
        return IntStream.range(0, ids.length).filter(i -> i % length > 0);
    }
}
