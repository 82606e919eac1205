package dev.assay.model.hook;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Scope;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The activations of one run at some sites, or the gradients there. The cache owns the arrays and frees them when it is closed. Arrays
 * computed from them belong to the open {@link Scope}, like any result. A cache outlives the close of its model, and is used by one thread at
 * a time.
 */
public final class ActivationCache implements AutoCloseable {
    private final Map<HookPoint, NDArray> activations = new TreeMap<>(HookPoint.COMPUTATION_ORDER);
    private NDArray tokens;
    private NDArray mask;

    /** Creates an empty cache. */
    public ActivationCache() {}

    /**
     * Keeps an activation beyond its run. As a hook: {@code model.hooks().read(point, cache::put)}.
     *
     * @param activation the activation; it is not copied
     * @param site its site; the tokens and the mask of the first site are kept
     */
    public void put(NDArray activation, Site site) {
        if (tokens == null) {
            tokens = copy(site.tokens());
            mask = site.mask() == null ? null : copy(site.mask());
        }
        NDArray previous = activations.put(site.point(), lasting(activation));
        if (previous != null) {
            previous.close();
        }
    }

    /** Copies an array outside every scope. Arrays from Java data, such as tokens, use memory of Java, which a view does not keep. */
    private static NDArray copy(NDArray array) {
        return Scope.detached(array::duplicate);
    }

    /** Returns a view of the same memory outside every scope. */
    private static NDArray lasting(NDArray array) {
        return Scope.detached(() -> array.reshape(array.getShape()));
    }

    /**
     * Returns an activation.
     *
     * @param point a site of the cache
     * @return the activation, in the shape of the site; owned by the cache
     * @throws IllegalArgumentException when the cache lacks the site
     */
    public NDArray get(HookPoint point) {
        NDArray activation = activations.get(point);
        if (activation == null) {
            throw new IllegalArgumentException(
                    "the cache has no site " + point + ", expected one of " + activations.keySet());
        }
        return activation;
    }

    /**
     * Returns the activation at the real positions, without padding. Gradients flow.
     *
     * @param point a site of the cache
     * @return [n, d], where d is the size of all axes after the position
     * @throws IllegalArgumentException when the cache lacks the site
     * @throws dev.assay.InvalidInputException when the site has no vector at each position
     */
    public NDArray real(HookPoint point) {
        return new Site(point, tokens, mask).real(get(point));
    }

    /** {@return the sites of the cache, in the order of computation} */
    public Set<HookPoint> hookPoints() {
        return Collections.unmodifiableSet(activations.keySet());
    }

    /** {@return the tokens of the run, int64 [batch, position]} */
    public NDArray tokens() {
        return tokens;
    }

    /** {@return the attention mask of the run, bool [batch, position], true at real tokens; null when all tokens are real} */
    public NDArray mask() {
        return mask;
    }

    @Override
    public void close() {
        activations.values().forEach(NDArray::close);
        if (tokens != null) {
            tokens.close();
        }
        if (mask != null) {
            mask.close();
        }
    }
}
