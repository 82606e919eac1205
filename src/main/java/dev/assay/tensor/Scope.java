package dev.assay.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Owner of temporary arrays: every array created on this thread while a scope is open is closed with it, except arrays that the scope
 * keeps.
 *
 * <pre>{@code
 * try (Scope scope = Scope.open()) {
 *     NDArray error = reconstruction.sub(input);
 *     return scope.keep(error.square().sum());
 * }
 * }</pre>
 *
 * <p>DJL attaches the result of an operation to the manager of its first operand, so {@code weight.mul(x)} would live as long as the
 * weight. A scope closes it regardless of the manager. Scopes nest; a kept array belongs to the enclosing scope.
 */
public final class Scope implements AutoCloseable {
    private final NDScope scope = new NDScope();
    private final List<NDArray> kept = new ArrayList<>();

    private Scope() {}

    /**
     * Opens a scope on this thread.
     *
     * @return the scope, which must be closed on the same thread
     */
    public static Scope open() {
        return new Scope();
    }

    /**
     * Moves an array from this scope to the enclosing one; without an enclosing scope the caller owns it.
     *
     * @param array an array created in this scope
     * @return the same array
     */
    public NDArray keep(NDArray array) {
        NDScope.unregister(array);
        kept.add(array);
        return array;
    }

    /**
     * Moves arrays to the enclosing scope, like {@link #keep(NDArray)}.
     *
     * @param arrays arrays created in this scope
     * @return the same list
     */
    public NDList keep(NDList arrays) {
        arrays.forEach(this::keep);
        return arrays;
    }

    /**
     * Creates an array that no scope of this thread owns. Its manager or the caller closes it.
     *
     * @param maker creates the array
     * @return the array
     */
    public static NDArray detached(Supplier<NDArray> maker) {
        NDArray array;
        // Intermediate arrays of the maker are closed; only its result is detached.
        try (NDScope inner = new NDScope()) {
            inner.suppressNotUsedWarning();
            array = maker.get();
            NDScope.unregister(array);
        }
        return array;
    }

    @Override
    public void close() {
        scope.close();
        kept.forEach(NDScope::register);
    }
}
