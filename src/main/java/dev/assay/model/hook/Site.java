package dev.assay.model.hook;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;

/**
 * Where in a run a hook is called.
 *
 * @param point the site
 * @param tokens int64 [batch, position]
 * @param mask bool [batch, position], true where a token is real; null when all are
 */
public record Site(HookPoint point, NDArray tokens, NDArray mask) {
    /**
     * Returns the rows of the real positions, those at padding left out. Gradients flow.
     *
     * @param values [batch, position, ...]: the activation, something computed of it, or the tokens
     * @return [n, d], d the product of the axes after the position; [n] when there are none
     * @throws InvalidInputException when the values have no vector at each position
     */
    public NDArray real(NDArray values) {
        if (point.kind().isPairwise()) {
            throw new InvalidInputException(
                    "hook point " + point + " has a number for each pair of positions, so it has no rows of real ones");
        }
        return PaddingFilter.of(values, tokens, mask);
    }
}
