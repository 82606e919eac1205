package dev.assay.model.hook;

import ai.djl.ndarray.NDArray;
import dev.assay.model.hook.HookPoint.Kind;
import java.util.List;

/** What is hooked where, as one array over the sites of a model in the order of computation. */
public final class HookTable {
    /** The slot of a stop that no run reaches. */
    public static final int NEVER = Integer.MAX_VALUE;

    /** One hook, or several in a row. */
    @FunctionalInterface
    public interface Hook {
        /** Receives the activation at a site and returns the one the model continues with. */
        NDArray apply(NDArray activation, Site site);
    }

    /**
     * A hook and where it hangs.
     *
     * @param afterEdits whether it comes after the other hooks of its site, whoever opened them
     */
    public record Entry(HookPoint point, Hook hook, boolean afterEdits) {
        /** Creates an entry that runs before edits. */
        public Entry(HookPoint point, Hook hook) {
            this(point, hook, false);
        }
    }

    private final int layers;
    private final Hook[] hooks;
    private final int deepest;
    private final boolean hooksScores;

    private HookTable(int layers, Hook[] hooks, int deepest, boolean hooksScores) {
        this.layers = layers;
        this.hooks = hooks;
        this.deepest = deepest;
        this.hooksScores = hooksScores;
    }

    /** {@return a table of the given hooks} */
    public static HookTable of(int layers, List<Entry> entries) {
        Hook[] hooks = new Hook[Kind.slots(layers)];
        int deepest = -1;
        for (Entry entry : entries) {
            int slot = entry.point().kind().slot(entry.point().block(), layers);
            Hook earlier = hooks[slot];
            Hook hook = entry.hook();
            hooks[slot] = earlier == null ? hook : (x, site) -> hook.apply(earlier.apply(x, site), site);
            deepest = Math.max(deepest, slot);
        }
        boolean hooksScores =
                entries.stream().map(entry -> entry.point().kind()).anyMatch(Kind::isPairwise);
        return new HookTable(layers, hooks, deepest, hooksScores);
    }

    /** Tells whether some block has to make its attention scores, which the fused operation does not. */
    public boolean hooksScores() {
        return hooksScores;
    }

    /** {@return the index of a hook point} */
    public int slot(Kind kind, int block) {
        return kind.slot(block, layers);
    }

    /** {@return the hook at an index, or null} */
    public Hook at(int slot) {
        return hooks[slot];
    }

    /** Returns the last hooked slot, or -1. */
    public int deepest() {
        return deepest;
    }
}
