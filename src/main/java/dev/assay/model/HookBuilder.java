package dev.assay.model;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.ActivationEditor;
import dev.assay.model.hook.ActivationReader;
import dev.assay.model.hook.HookMemory;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.model.hook.HookTable.Entry;
import dev.assay.tensor.Aten;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Collects the hooks of a {@link HookScope}. Several hooks of one site run in the order in which they were given. */
public final class HookBuilder {
    private final HookedTransformer model;
    private final List<Function<HookMemory, List<Entry>>> hooks = new ArrayList<>();

    HookBuilder(HookedTransformer model) {
        this.model = model;
    }

    /**
     * Adds a hook that reads.
     *
     * @param point the site
     * @param reader is called at every run
     * @return this
     * @throws InvalidInputException when the model lacks the site
     */
    public HookBuilder read(HookPoint point, ActivationReader reader) {
        model.require(point);
        return add(new Entry(point, (activation, site) -> {
            reader.read(activation, site);
            return activation;
        }));
    }

    /**
     * Adds a hook that reads several sites of a run at once, as soon as the deepest of them is computed. A run that stops before
     * does not call it.
     *
     * @param points at least one site
     * @param reader is called once a run; what it is given is valid during the call only
     * @return this
     * @throws InvalidInputException when the model lacks a site, or none is given
     */
    public HookBuilder readTogether(List<HookPoint> points, Consumer<ActivationCache> reader) {
        if (points.isEmpty()) {
            throw new InvalidInputException("no hook point was given to read, expected at least one");
        }
        points.forEach(model::require);
        List<HookPoint> wanted = List.copyOf(points);
        hooks.add(memory -> memory.together(wanted, reader));
        return this;
    }

    /**
     * Adds a hook that edits.
     *
     * @param point the site
     * @param editor is called at every run
     * @return this
     * @throws InvalidInputException when the model lacks the site
     */
    public HookBuilder edit(HookPoint point, ActivationEditor editor) {
        model.require(point);
        return add(new Entry(point, (activation, site) -> {
            NDArray edited = editor.edit(activation, site);
            if (!edited.getShape().equals(activation.getShape())) {
                throw new IllegalArgumentException("an edit of " + point + " returned shape " + edited.getShape()
                        + ", expected " + activation.getShape());
            }
            // What the editor returned may be its own for longer than the run, which closes what it has used. Or its
            // memory is Java's and goes with the run, while a cache or the backward pass still reads it.
            return edited == activation ? activation : Aten.copy(edited);
        }));
    }

    /**
     * Adds a hook that reads a gradient: that of a loss with respect to what the model goes on with at a site, after every edit
     * there. The site is watched in runs during which {@link dev.assay.tensor.Autograd} records, and {@link HookScope#backward}
     * delivers.
     *
     * @param point the site
     * @param reader is called at every backward pass with the gradient, in the shape of the site
     * @return this
     * @throws InvalidInputException when the model lacks the site
     */
    public HookBuilder readGradient(HookPoint point, ActivationReader reader) {
        model.require(point);
        hooks.add(memory -> List.of(memory.gradient(point, reader)));
        return this;
    }

    private HookBuilder add(Entry entry) {
        hooks.add(memory -> List.of(entry));
        return this;
    }

    /**
     * Puts the hooks on the runs of this thread.
     *
     * @return what takes them off
     */
    public HookScope open() {
        HookMemory memory = new HookMemory();
        List<Entry> entries =
                hooks.stream().flatMap(hook -> hook.apply(memory).stream()).toList();
        return new HookScope(model.openHooks(), entries, memory);
    }
}
