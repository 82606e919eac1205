package dev.assay.model.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.tensor.Aten;
import dev.assay.text.dialogue.Role;
import java.util.stream.IntStream;

/**
 * One forward pass of a training step. The model reads all tokens of a row except the last one, so positions are those of
 * {@code length − 1} tokens. Arrays belong to the step.
 *
 * @param logits [rows, length − 1, V]; gradients flow
 * @param rows the tokens with their roles
 * @param activations the activations at the {@linkplain LossTerm#hookPoints requested sites}; gradients flow
 */
public record LossTermContext(NDArray logits, TokenRows rows, ActivationCache activations) {
    /** {@return the owner of new arrays, on the device of the model} */
    public NDManager manager() {
        return logits.getManager();
    }

    /**
     * Returns the positions of a role.
     *
     * @param role the role
     * @return row · (length − 1) + position, in ascending order
     */
    public long[] positions(Role role) {
        int read = rows.length() - 1;
        return IntStream.range(0, rows.rows() * read)
                .filter(i -> rows.roles()[i / read * rows.length() + i % read].equals(role))
                .asLongStream()
                .toArray();
    }

    /**
     * Selects the logits at positions.
     *
     * @param positions of {@link #positions}, at least one
     * @return [n, V]; gradients flow
     */
    public NDArray logitsAt(long[] positions) {
        return at(logits, positions);
    }

    /**
     * Selects activations at positions.
     *
     * @param point a requested site
     * @param positions of {@link #positions}, at least one
     * @return [n, d]; gradients flow
     */
    public NDArray activationsAt(HookPoint point, long[] positions) {
        return at(activations.get(point), positions);
    }

    private NDArray at(NDArray values, long[] positions) {
        NDArray flat = values.reshape((long) rows.rows() * (rows.length() - 1), -1);
        // The gradient of an embedding is that of the selection of rows.
        return Aten.embedding(flat, Aten.longs(manager(), positions));
    }

    /** {@return 0, for a batch that a term does not apply to} */
    public NDArray zero() {
        return manager().create(0f);
    }
}
