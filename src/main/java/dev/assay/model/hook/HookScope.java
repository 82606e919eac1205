package dev.assay.model.hook;

import ai.djl.ndarray.NDArray;
import dev.assay.model.hook.HookTable.Entry;
import java.util.List;

/** Hooks that act on the runs of the thread that opened them, until closed on that thread. */
public final class HookScope implements AutoCloseable {
    private final OpenHooks hooks;
    private final List<Entry> entries;
    private final HookMemory memory;
    private final Thread owner = Thread.currentThread();

    /** Opens hooks until this scope is closed. */
    public HookScope(OpenHooks hooks, List<Entry> entries, HookMemory memory) {
        this.hooks = hooks;
        this.entries = entries;
        this.memory = memory;
        hooks.add(entries);
    }

    /**
     * Computes the gradients of a loss and calls the hooks that read them, the deepest site first. The runs that led to the loss
     * are then forgotten: each is gone through backwards once.
     *
     * @param loss a single number that was computed from runs under these hooks while {@link dev.assay.tensor.Autograd} recorded
     * @throws IllegalStateException when no such run was recorded
     */
    public void backward(NDArray loss) {
        memory.tape().backward(loss);
    }

    /**
     * Takes the hooks off. Closing again does nothing.
     *
     * @throws IllegalStateException on another thread than the one that opened them
     */
    @Override
    public void close() {
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException("the hooks were opened on thread \"" + owner.getName()
                    + "\" and are closed on \"" + Thread.currentThread().getName() + "\"");
        }
        hooks.remove(entries);
        memory.close();
    }
}
