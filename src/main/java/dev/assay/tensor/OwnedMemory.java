package dev.assay.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.pytorch.engine.PtNDArray;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * Moves every array that a thread creates from Java memory into memory of PyTorch, while it is installed on that thread.
 *
 * <p>DJL passes the number of {@code x.mul(2f)} and the values of {@code manager.create(…)} in direct buffers without a copy, and releases
 * the buffer of a number immediately. PyTorch saves such arrays for the backward pass, which then reads memory that the garbage collector
 * has freed. DJL has no extension point there, but registers each new array with the innermost {@link NDScope} of its thread. This class
 * replaces the thread's stack of scopes by one that copies the array first and forwards it to its scope.
 */
final class OwnedMemory implements AutoCloseable {
    private static final ThreadLocal<Deque<NDScope>> STACKS;
    private static final VarHandle RESOURCES;
    private static final VarHandle JAVA_MEMORY;

    static {
        try {
            MethodHandles.Lookup scope = MethodHandles.privateLookupIn(NDScope.class, MethodHandles.lookup());
            STACKS = stacks(scope.findStaticVarHandle(NDScope.class, "SCOPE_STACK", ThreadLocal.class));
            RESOURCES = scope.findVarHandle(NDScope.class, "resources", IdentityHashMap.class);
            JAVA_MEMORY = MethodHandles.privateLookupIn(PtNDArray.class, MethodHandles.lookup())
                    .findVarHandle(PtNDArray.class, "dataRef", ByteBuffer.class);
        } catch (ReflectiveOperationException changed) {
            throw new IllegalStateException(
                    "gradients cannot be recorded with this version of DJL, expected 0.36.0: " + changed.getMessage(),
                    changed);
        }
    }

    private final Deque<NDScope> replaced; // null where the thread already had an owning stack

    private OwnedMemory(Deque<NDScope> replaced) {
        this.replaced = replaced;
    }

    @SuppressWarnings("unchecked")
    private static ThreadLocal<Deque<NDScope>> stacks(VarHandle field) {
        return (ThreadLocal<Deque<NDScope>>) field.get();
    }

    /** Starts moving arrays of this thread until closed on the same thread. */
    static OwnedMemory install() {
        Bridge.get(); // loading it creates arrays
        Deque<NDScope> current = STACKS.get();
        if (current instanceof OwningStack) {
            return new OwnedMemory(null);
        }
        NDScope entrance = new NDScope();
        current.remove(entrance); // its constructor has added it
        STACKS.set(new OwningStack(current, entrance));
        return new OwnedMemory(current);
    }

    @Override
    public void close() {
        if (replaced != null && STACKS.get() instanceof OwningStack stack) {
            List<NDScope> open = List.copyOf(stack); // scopes may have been opened or closed in the meantime
            replaced.clear();
            replaced.addAll(open);
            STACKS.set(replaced);
        }
    }

    /** The open scopes of a thread. Its last element, as seen by new arrays, is the entrance. */
    private static final class OwningStack extends ArrayDeque<NDScope> {
        private static final long serialVersionUID = 1L;

        private final transient NDScope entrance;

        OwningStack(Deque<NDScope> scopes, NDScope entrance) {
            super(scopes);
            this.entrance = entrance;
            RESOURCES.set(entrance, new Entrance(this));
        }

        /** DJL asks this before it registers an array, which has to reach the entrance also where no scope is open. */
        @Override
        public boolean isEmpty() {
            return false;
        }

        @Override
        public NDScope getLast() {
            return entrance;
        }
    }

    /** Receives each new array: moves it, then registers it with the innermost scope. */
    private static final class Entrance extends IdentityHashMap<NDArray, NDArray> {
        private static final long serialVersionUID = 1L;

        private final transient OwningStack scopes;

        Entrance(OwningStack scopes) {
            this.scopes = scopes;
        }

        @Override
        public NDArray put(NDArray array, NDArray same) {
            if (array instanceof PtNDArray created && JAVA_MEMORY.get(created) != null) {
                Bridge.get().run("own_", created);
            }
            NDScope scope = scopes.peekLast();
            return scope == null ? null : resources(scope).put(array, same);
        }

        @Override
        public NDArray remove(Object array) {
            NDScope scope = scopes.peekLast();
            return scope == null ? null : resources(scope).remove(array);
        }

        @SuppressWarnings("unchecked")
        private static IdentityHashMap<NDArray, NDArray> resources(NDScope scope) {
            return (IdentityHashMap<NDArray, NDArray>) RESOURCES.get(scope);
        }
    }
}
