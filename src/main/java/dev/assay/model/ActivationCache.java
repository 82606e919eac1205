package dev.assay.model;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Scope;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The activations of one run at some sites, owned by the cache and closed with it. What is computed from them is not: like any
 * result it belongs to the open {@link Scope}.
 */
public final class ActivationCache implements AutoCloseable {
    private final Map<HookPoint, NDArray> activations = new LinkedHashMap<>();

    ActivationCache() {}

    /** Keeps an activation past its run: a view of the same memory, which no scope owns. */
    void put(NDArray activation, Site site) {
        activations.put(site.point(), Scope.outside(() -> activation.reshape(activation.getShape())));
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
     * Returns the sites there are, in the order of computation.
     *
     * @return the sites
     */
    public Set<HookPoint> hookPoints() {
        return Collections.unmodifiableSet(activations.keySet());
    }

    @Override
    public void close() {
        activations.values().forEach(NDArray::close);
    }
}
