package dev.assay.model.hook;

import dev.assay.model.hook.HookTable.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What the hooks of one scope keep from one site to another. */
public final class HookMemory implements AutoCloseable {
    private final GradientTape tape = new GradientTape();
    private final List<JointRead> jointReads = new ArrayList<>();

    /** Returns the hook that prepares a gradient for a reader. */
    public Entry gradient(HookPoint point, ActivationReader reader) {
        return new Entry(point, (activation, site) -> tape.watch(activation, site, reader), true);
    }

    /** Returns the hooks that gather sites for a reader. */
    public List<Entry> together(List<HookPoint> points, Consumer<ActivationCache> reader) {
        JointRead read = new JointRead(points, reader);
        jointReads.add(read);
        return read.entries();
    }

    GradientTape tape() {
        return tape;
    }

    @Override
    public void close() {
        tape.close();
        jointReads.forEach(JointRead::close);
    }
}
