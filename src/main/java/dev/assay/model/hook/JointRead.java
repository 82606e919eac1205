package dev.assay.model.hook;

import ai.djl.ndarray.NDArray;
import dev.assay.model.hook.HookTable.Entry;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Gathers several sites of a run and shows them to a reader at the deepest. */
final class JointRead implements AutoCloseable {
    private final Set<HookPoint> points;
    private final Consumer<ActivationCache> reader;
    private ActivationCache gathered = new ActivationCache();

    JointRead(List<HookPoint> points, Consumer<ActivationCache> reader) {
        this.points = new LinkedHashSet<>(points);
        this.reader = reader;
    }

    List<Entry> entries() {
        return points.stream().map(point -> new Entry(point, this::gather)).toList();
    }

    private NDArray gather(NDArray activation, Site site) {
        if (gathered.hookPoints().contains(site.point())) {
            // The run before this one stopped on its way.
            reset();
        }
        gathered.put(activation, site);
        if (gathered.hookPoints().size() == points.size()) {
            try {
                reader.accept(gathered);
            } finally {
                reset();
            }
        }
        return activation;
    }

    private void reset() {
        gathered.close();
        gathered = new ActivationCache();
    }

    @Override
    public void close() {
        reset();
    }
}
