package dev.assay.model.internal.hook;

import ai.djl.ndarray.NDArray;
import dev.assay.model.hook.HookScope;
import dev.assay.model.internal.hook.HookTable.Entry;
import java.util.List;

/** Adds hooks to those that a thread has open on a model, until it is closed. */
public final class OpenHookScope implements HookScope {
    private final OpenHooks hooks;
    private final List<Entry> entries;
    private final HookMemory memory;
    private final Thread owner = Thread.currentThread();

    public OpenHookScope(OpenHooks hooks, List<Entry> entries, HookMemory memory) {
        this.hooks = hooks;
        this.entries = entries;
        this.memory = memory;
        hooks.add(entries);
    }

    @Override
    public void backward(NDArray loss) {
        memory.tape().backward(loss);
    }

    @Override
    public void close() {
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException("the hooks were opened on thread \"" + owner.getName()
                    + "\" and closed on thread \"" + Thread.currentThread().getName()
                    + "\", expected the same thread");
        }
        hooks.remove(entries);
        memory.close();
    }
}
