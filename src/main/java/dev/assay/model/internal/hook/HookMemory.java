package dev.assay.model.internal.hook;

import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.ActivationReader;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.internal.hook.HookTable.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The state that the hooks of one scope keep between sites: recorded gradients and joint reads. */
public final class HookMemory implements AutoCloseable {
    private final GradientTape tape = new GradientTape();
    private final List<JointRead> jointReads = new ArrayList<>();

    /** Returns a hook that records a site for a gradient reader. */
    public Entry gradient(HookPoint point, ActivationReader reader) {
        return new Entry(point, (activation, site) -> tape.watch(activation, site, reader), true, HookTable.WHOLE_TEXT);
    }

    /** Returns the hooks that collect several sites for one reader. */
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
