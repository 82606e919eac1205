package dev.assay.model;

import dev.assay.model.HookTable.Entry;
import java.util.List;

/** Hooks that act on the runs of the thread that opened them, until closed on that thread. */
public final class HookScope implements AutoCloseable {
    private final OpenHooks hooks;
    private final List<Entry> entries;
    private final Thread owner = Thread.currentThread();

    HookScope(OpenHooks hooks, List<Entry> entries) {
        this.hooks = hooks;
        this.entries = entries;
        hooks.add(entries);
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
    }
}
