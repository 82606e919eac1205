package dev.assay.model.hook;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;

/**
 * The context of a hook call: a site and the tokens of the run. A run that continues a key-value cache computes only its new tokens, but
 * its activations also depend on the tokens of the cache.
 *
 * @param point the hook point
 * @param tokens the computed tokens, int64 [batch, position]
 * @param mask bool [batch, position], true at real tokens; null when all tokens are real
 * @param text the tokens of the key-value cache and the computed tokens; without a cache, the computed tokens
 */
public record Site(HookPoint point, NDArray tokens, NDArray mask, Text text) {
    /**
     * The texts that activations depend on.
     *
     * @param tokens int64 [batch, earlier + position]
     * @param mask bool [batch, earlier + position], true at real tokens; null when all tokens are real
     */
    public record Text(NDArray tokens, NDArray mask) {}

    /** Creates the context of a run without a key-value cache. */
    public Site(HookPoint point, NDArray tokens, NDArray mask) {
        this(point, tokens, mask, new Text(tokens, mask));
    }

    /**
     * Returns the rows of the real positions, without padding. Gradients flow.
     *
     * @param values [batch, position, ...]: the activation, an array computed from it, or the tokens
     * @return [n, d], where d is the size of all axes after the position; [n] when there are none
     * @throws InvalidInputException when the site has no vector at each position, or the values have other axes
     */
    public NDArray real(NDArray values) {
        if (point.kind().isPairwise()) {
            throw new InvalidInputException("hook point " + point
                    + " has one number per pair of positions, expected a site with a vector at each position");
        }
        return PaddingFilter.of(values, tokens, mask);
    }
}
