package dev.assay.model.internal.hook;

import ai.djl.ndarray.NDArray;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.Site;
import dev.assay.model.internal.hook.HookTable.Entry;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Collects several sites of a run and passes them to a reader at the deepest site. */
final class JointRead implements AutoCloseable {
    private final Set<HookPoint> points;
    private final Consumer<ActivationCache> reader;
    private ActivationCache collected = new ActivationCache();

    JointRead(List<HookPoint> points, Consumer<ActivationCache> reader) {
        this.points = new LinkedHashSet<>(points);
        this.reader = reader;
    }

    List<Entry> entries() {
        return points.stream().map(point -> new Entry(point, this::collect)).toList();
    }

    private NDArray collect(NDArray activation, Site site) {
        if (collected.hookPoints().contains(site.point())) {
            // The previous run ended before the deepest site.
            reset();
        }
        collected.put(activation, site);
        if (collected.hookPoints().size() == points.size()) {
            try {
                reader.accept(collected);
            } finally {
                reset();
            }
        }
        return activation;
    }

    private void reset() {
        collected.close();
        collected = new ActivationCache();
    }

    @Override
    public void close() {
        reset();
    }
}
