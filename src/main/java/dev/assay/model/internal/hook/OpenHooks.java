package dev.assay.model.internal.hook;

import dev.assay.model.internal.hook.HookTable.Entry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The hooks that one thread has open on one model, in the order of opening. */
public final class OpenHooks {
    private final int layers;
    private final List<List<Entry>> scopes = new ArrayList<>();
    private HookTable table;

    public OpenHooks(int layers) {
        this.layers = layers;
        rebuild();
    }

    /** Returns the hooks of all open scopes. */
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

    /** Returns the hooks of all open scopes, followed by additional ones. */
    public HookTable tableWith(List<Entry> additional) {
        Stream<Entry> open = scopes.stream().flatMap(List::stream).sorted(Comparator.comparing(Entry::afterEdits));
        return HookTable.of(layers, Stream.concat(open, additional.stream()).toList());
    }

    private void rebuild() {
        table = tableWith(List.of());
    }
}
