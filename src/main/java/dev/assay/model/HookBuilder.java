package dev.assay.model;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.ActivationEditor;
import dev.assay.model.hook.ActivationReader;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.model.internal.hook.HookMemory;
import dev.assay.model.internal.hook.HookTable;
import dev.assay.model.internal.hook.HookTable.Entry;
import dev.assay.model.internal.hook.OpenHookScope;
import dev.assay.tensor.Aten;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Builds a {@link HookScope}. Several hooks of one site run in the order in which they were added. */
public final class HookBuilder {
    private final HookedTransformer model;
    private final List<Function<HookMemory, List<Entry>>> hooks = new ArrayList<>();
    private int laterTokens = HookTable.WHOLE_TEXT;

    HookBuilder(HookedTransformer model) {
        this.model = model;
    }

    /**
     * Adds a hook that reads an activation.
     *
     * @param point the site
     * @param reader called in every run
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
     * Adds a hook that reads several sites of a run in one call, when the deepest of them has been computed. A run that stops before
     * the deepest site does not call the reader.
     *
     * @param points at least one site
     * @param reader called once per run; the cache is valid during the call only
     * @return this
     * @throws InvalidInputException when the model lacks a site, or the list is empty
     */
    public HookBuilder readTogether(List<HookPoint> points, Consumer<ActivationCache> reader) {
        if (points.isEmpty()) {
            throw new InvalidInputException("the list of hook points is empty, expected at least one");
        }
        points.forEach(model::require);
        List<HookPoint> sites = List.copyOf(points);
        hooks.add(memory -> memory.together(sites, reader));
        return this;
    }

    /**
     * Adds a hook that replaces an activation.
     *
     * @param point the site
     * @param editor called in every run
     * @return this
     * @throws InvalidInputException when the model lacks the site
     */
    public HookBuilder edit(HookPoint point, ActivationEditor editor) {
        model.require(point);
        return add(new Entry(point, (activation, site) -> {
            NDArray edited = editor.edit(activation, site);
            if (edited == null) {
                throw new InvalidInputException(
                        "an edit of " + point + " returned null, expected an array of shape " + activation.getShape());
            }
            if (!edited.getShape().equals(activation.getShape())) {
                throw new IllegalArgumentException("an edit of " + point + " returned shape " + edited.getShape()
                        + ", expected " + activation.getShape());
            }
            // The run closes its arrays, but the editor may keep the returned one. And an array from Java data uses
            // memory
            // of Java that is freed with the run, while a cache or the backward pass still reads it.
            return edited == activation ? activation : Aten.copy(edited);
        }));
    }

    /**
     * Adds a hook that reads the gradient of a loss with respect to the activation at a site, after all edits of the site. The site is
     * recorded in runs during which {@link dev.assay.tensor.Autograd} records; {@link HookScope#backward} calls the reader.
     *
     * @param point the site
     * @param reader called in every backward pass with the gradient, in the shape of the site
     * @return this
     * @throws InvalidInputException when the model lacks the site
     */
    public HookBuilder readGradient(HookPoint point, ActivationReader reader) {
        model.require(point);
        hooks.add(memory -> List.of(memory.gradient(point, reader)));
        return this;
    }

    /** Declares hooks that act on each position alone, see {@link #incremental(int)}. */
    public HookBuilder incremental() {
        return incremental(0);
    }

    /**
     * Declares that the hooks of this builder support runs that compute a part of a text. Generation then computes only the new tokens of a
     * text, and hooks see each position once. Without this declaration, generation under the hooks recomputes the text for each new token.
     *
     * <p>The result of an editor at a position may depend on the activation at this position, on the tokens up to it
     * ({@link dev.assay.model.hook.Site#text}), and on whether fewer than {@code laterTokens} tokens follow. An editor of the last position
     * of a text has one later token: its result changes when the next token is added, and never again.
     *
     * @param laterTokens the number of following tokens after which the result at a position is final
     * @return this
     * @throws InvalidInputException when the number is negative
     */
    public HookBuilder incremental(int laterTokens) {
        InvalidInputException.requireAtLeast(0, "the number of later tokens", laterTokens);
        this.laterTokens = laterTokens;
        return this;
    }

    private HookBuilder add(Entry entry) {
        hooks.add(memory -> List.of(entry));
        return this;
    }

    /** {@return the hooks, open for the runs of this thread until closed} */
    public HookScope open() {
        HookMemory memory = new HookMemory();
        List<Entry> entries = hooks.stream()
                .flatMap(hook -> hook.apply(memory).stream())
                .map(entry -> entry.withLaterTokens(laterTokens))
                .toList();
        return new OpenHookScope(model.openHooks(), entries, memory);
    }
}
