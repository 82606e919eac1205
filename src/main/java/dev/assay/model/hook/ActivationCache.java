package dev.assay.model.hook;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The activations of one run at some sites, or the gradients there, owned by the cache and closed with it. What is computed from
 * them is not: like any result it belongs to the open {@link Scope}.
 */
public final class ActivationCache implements AutoCloseable {
    private final Map<HookPoint, NDArray> activations = new LinkedHashMap<>();
    private NDArray tokens;
    private NDArray mask;

    /** Creates an empty cache. */
    public ActivationCache() {}

    /** Keeps an activation past its run. */
    public void put(NDArray activation, Site site) {
        if (tokens == null) {
            tokens = copied(site.tokens());
            mask = site.mask() == null ? null : copied(site.mask());
        }
        activations.put(site.point(), lasting(activation));
    }

    /** Turns the order of the sites around. */
    public void reverse() {
        List<HookPoint> order = new ArrayList<>(activations.keySet());
        Collections.reverse(order);
        order.forEach(point -> activations.put(point, activations.remove(point)));
    }

    /** Returns a copy that no scope owns. What Java made, such as tokens, has its memory from Java, and a view does not keep it. */
    static NDArray copied(NDArray array) {
        return Scope.detached(array::duplicate);
    }

    /** Returns a view of the same memory that no scope owns. */
    static NDArray lasting(NDArray array) {
        return Scope.detached(() -> array.reshape(array.getShape()));
    }

    /**
     * Returns an activation.
     *
     * @param point a site that was asked for
     * @return the activation, in the shape of the site
     * @throws IllegalArgumentException when it was not asked for
     */
    public NDArray get(HookPoint point) {
        NDArray activation = activations.get(point);
        if (activation == null) {
            throw new IllegalArgumentException(point + " is not in the cache, which holds " + activations.keySet());
        }
        return activation;
    }

    /**
     * Returns the activation at the real positions, those at padding left out. Gradients flow.
     *
     * @param point a site that was asked for
     * @return [n, d], d all numbers of a position
     * @throws IllegalArgumentException when it was not asked for, or has no vector at each position
     */
    public NDArray real(HookPoint point) {
        return new Site(point, tokens, mask).real(get(point));
    }

    /**
     * Returns the sites there are, in the order of computation.
     *
     * @return the sites
     */
    public Set<HookPoint> hookPoints() {
        return Collections.unmodifiableSet(activations.keySet());
    }

    /**
     * Returns what the model read.
     *
     * @return int64 [batch, position]
     */
    public NDArray tokens() {
        return tokens;
    }

    /**
     * Returns which tokens are real.
     *
     * @return bool [batch, position]; null when all are
     */
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
