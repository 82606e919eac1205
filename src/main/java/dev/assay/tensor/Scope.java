package dev.assay.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Owns the arrays that a step makes: every array created on this thread while a scope is open is closed with it, except those
 * that the scope was told to keep.
 *
 * <pre>{@code
 * try (Scope scope = Scope.open()) {
 *     NDArray error = reconstruction.sub(input);
 *     return scope.keep(error.square().sum());
 * }
 * }</pre>
 *
 * <p>DJL gives the result of an operation to the manager of its first operand, so that {@code weight.mul(x)} would live as long
 * as the weight. A scope ends that, whatever the manager. Scopes nest; a kept array belongs to the enclosing scope.
 */
public final class Scope implements AutoCloseable {
    private final NDScope scope = new NDScope();
    private final List<NDArray> kept = new ArrayList<>();

    private Scope() {}

    /**
     * Opens a scope on this thread.
     *
     * @return the scope, to be closed on the same thread
     */
    public static Scope open() {
        return new Scope();
    }

    /**
     * Takes an array out of this scope into the enclosing one, or, where there is none, into the hands of the caller.
     *
     * @param array an array made in this scope
     * @return the same array
     */
    public NDArray keep(NDArray array) {
        NDScope.unregister(array);
        kept.add(array);
        return array;
    }

    /**
     * Takes arrays out of this scope, as {@link #keep(NDArray)} does.
     *
     * @param arrays arrays made in this scope
     * @return the same list
     */
    public NDList keep(NDList arrays) {
        arrays.forEach(this::keep);
        return arrays;
    }

    /**
     * Makes an array that no scope of this thread owns: its maker closes it, or its manager does.
     *
     * @param maker makes the array
     * @return the array
     */
    public static NDArray detached(Supplier<NDArray> maker) {
        NDArray array;
        // What the maker creates on its way is closed; what it returns is handed to nobody.
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
