package dev.assay.model;

import ai.djl.ndarray.NDArray;
import dev.assay.model.HookTable.Entry;
import java.util.ArrayList;
import java.util.List;

/** Collects the hooks of a {@link HookScope}. Several hooks of one site run in the order in which they were given. */
public final class HookBuilder {
    private final HookedTransformer model;
    private final List<Entry> entries = new ArrayList<>();

    HookBuilder(HookedTransformer model) {
        this.model = model;
    }

    /**
     * Adds a hook that reads.
     *
     * @param point the site
     * @param reader is called at every run
     * @return this
     * @throws dev.assay.InvalidInputException when the model lacks the site
     */
    public HookBuilder read(HookPoint point, ActivationReader reader) {
        model.require(point);
        entries.add(new Entry(point, (activation, site) -> {
            reader.read(activation, site);
            return activation;
        }));
        return this;
    }

    /**
     * Adds a hook that edits.
     *
     * @param point the site
     * @param editor is called at every run
     * @return this
     * @throws dev.assay.InvalidInputException when the model lacks the site
     */
    public HookBuilder edit(HookPoint point, ActivationEditor editor) {
        model.require(point);
        entries.add(new Entry(point, (activation, site) -> {
            NDArray edited = editor.edit(activation, site);
            if (!edited.getShape().equals(activation.getShape())) {
                throw new IllegalArgumentException("an edit of " + point + " returned shape " + edited.getShape()
                        + ", expected " + activation.getShape());
            }
            // What the editor returned may be its own for longer than the run, which closes what it has used: it gets a
            // view.
            return edited == activation ? activation : edited.reshape(edited.getShape());
        }));
        return this;
    }

    /**
     * Puts the hooks on the runs of this thread.
     *
     * @return what takes them off
     */
    public HookScope open() {
        return new HookScope(model.openHooks(), List.copyOf(entries));
    }
}
