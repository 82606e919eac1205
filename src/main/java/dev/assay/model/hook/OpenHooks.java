package dev.assay.model.hook;

import dev.assay.model.hook.HookTable.Entry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The hooks that one thread has open on one model, in the order of opening. */
public final class OpenHooks {
    private final int layers;
    private final List<List<Entry>> scopes = new ArrayList<>();
    private HookTable table;

    /** Creates an empty stack of scopes for a number of blocks. */
    public OpenHooks(int layers) {
        this.layers = layers;
        rebuild();
    }

    /** {@return the hooks of all open scopes} */
    public HookTable table() {
        return table;
    }

    void add(List<Entry> entries) {
        scopes.add(entries);
        rebuild();
    }

    void remove(List<Entry> entries) {
        scopes.removeIf(open -> open == entries);
        rebuild();
    }

    /** Returns the table of the open hooks and some more after them. */
    public HookTable tableWith(List<Entry> more) {
        Stream<Entry> open = scopes.stream().flatMap(List::stream).sorted(Comparator.comparing(Entry::afterEdits));
        return HookTable.of(layers, Stream.concat(open, more.stream()).toList());
    }

    private void rebuild() {
        table = tableWith(List.of());
    }
}
