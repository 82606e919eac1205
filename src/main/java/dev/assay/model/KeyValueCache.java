package dev.assay.model;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.Lifetime;
import dev.assay.model.internal.network.KeyValueBuffers;
import dev.assay.model.internal.network.Runner;
import dev.assay.tensor.Autograd;
import java.util.function.Supplier;

/**
 * The keys and values of the tokens that a model has read, so that a growing text is computed token by token.
 *
 * <pre>{@code
 * try (KeyValueCache cache = KeyValueCache.of(model)) {
 *     NDArray prompt = cache.forward(tokens);      // logits [batch, position, V]
 *     NDArray next = cache.forward(newTokens);     // logits of the new tokens only
 * }
 * }</pre>
 *
 * <p>The logits equal those of {@link HookedTransformer#forward(NDArray, NDArray)} on the whole text up to rounding: matrix products of
 * other shapes sum in another order. Relative to the largest logit, the difference is below 1e-5 in float32. In a model of 16 bits it is of the order
 * of the rounding of that type.
 *
 * <p>Open hooks act on the new tokens; {@link dev.assay.model.hook.Site#text} has the whole text. Keys and values of earlier tokens keep the edits
 * that were open when they were computed. Gradients are not recorded. The cache owns its memory until it is closed, and is used by one thread
 * at a time. {@link HookedTransformer#generate(int[], int)} and {@link SharedPrefix} manage a cache themselves.
 */
public final class KeyValueCache implements AutoCloseable {
    private final HookedTransformer model;
    private final Runner runner;
    private final KeyValueBuffers buffers;

    private KeyValueCache(HookedTransformer model) {
        this.model = model;
        this.runner = model.runner();
        this.buffers = new KeyValueBuffers(model.config(), model.device());
    }

    /**
     * Creates an empty cache.
     *
     * @param model the whole model, which must stay open while the cache computes; the caller closes it
     * @return the cache; the caller closes it
     */
    public static KeyValueCache of(HookedTransformer model) {
        return new KeyValueCache(model);
    }

    /** Computes new tokens without padding, see {@link #forward(NDArray, NDArray)}. */
    public NDArray forward(NDArray tokens) {
        return forward(tokens, null);
    }

    /**
     * Computes new tokens, which follow the tokens of the cache, and stores their keys and values.
     *
     * @param tokens int64 [batch, position], as many texts as the cache has; any number for an empty cache
     * @param mask [batch, position], 1 or true at real tokens; null when all new tokens are real
     * @return the logits of the new tokens, [batch, position, V]
     * @throws InvalidInputException when the batch has another number of texts, or a text becomes longer than the model or its rotary scaling
     *     supports
     */
    public NDArray forward(NDArray tokens, NDArray mask) {
        return computed(tokens, () -> runner.logits(tokens, mask, buffers));
    }

    /**
     * Computes new tokens like {@link #forward(NDArray, NDArray)} and returns the logits at the last position only.
     *
     * @return [batch, V]
     */
    public NDArray lastLogits(NDArray tokens, NDArray mask) {
        return computed(tokens, () -> runner.lastLogits(tokens, mask, buffers));
    }

    private NDArray computed(NDArray tokens, Supplier<NDArray> computation) {
        try (Lifetime.Use use = model.use();
                Autograd off = Autograd.off()) {
            long length =
                    buffers.length() + tokens.getShape().get(tokens.getShape().dimension() - 1);
            int longest = runner.longestStored();
            if (buffers.length() > 0 && length > longest) {
                throw new InvalidInputException(
                        "the texts of the key-value cache would have " + length + " positions, expected at most "
                                + longest + ", up to which the positions of the model are fixed");
            }
            return computation.get();
        }
    }

    /** {@return the number of stored positions of each text, including padding} */
    public long length() {
        return buffers.length();
    }

    /**
     * Removes the last positions.
     *
     * @param length the number of positions to keep, at least 0; a number above {@link #length()} keeps all
     */
    public void crop(long length) {
        InvalidInputException.requireAtLeast(0, "the length of a key-value cache", length);
        buffers.crop(length);
    }

    /** Keeps the texts of some rows, in their order, and removes the positions before {@code first}, where these texts have padding. */
    void select(int[] rows, long first) {
        buffers.select(rows, first);
    }

    @Override
    public void close() {
        buffers.close();
    }
}
