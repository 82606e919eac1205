package dev.assay.model.internal.hook;

import ai.djl.ndarray.NDArray;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookPoint.Kind;
import dev.assay.model.hook.Site;
import java.util.List;

/** The hooks of a run, as one array over the sites of a model in the order of computation. */
public final class HookTable {
    /** A slot after every site: a run to this slot is complete. */
    public static final int NEVER = Integer.MAX_VALUE;

    /** The result of a hook at a position may change with every later token. */
    public static final int WHOLE_TEXT = Integer.MAX_VALUE;

    /** One hook, or the composition of all hooks of a site. */
    @FunctionalInterface
    public interface Hook {
        /** Returns the activation to continue with, given the activation of a site. */
        NDArray apply(NDArray activation, Site site);
    }

    /**
     * A hook and its site.
     *
     * @param afterEdits whether the hook runs after all other hooks of its site, in whichever scope they were opened
     * @param laterTokens the number of later tokens that the result at a position may depend on, or {@link #WHOLE_TEXT}
     */
    public record Entry(HookPoint point, Hook hook, boolean afterEdits, int laterTokens) {
        public Entry(HookPoint point, Hook hook) {
            this(point, hook, false, WHOLE_TEXT);
        }

        /** Returns the same hook with another number of later tokens. */
        public Entry withLaterTokens(int tokens) {
            return new Entry(point, hook, afterEdits, tokens);
        }
    }

    private final int layers;
    private final Hook[] hooks;
    private final int deepest;
    private final boolean hooksScores;
    private final int laterTokens;

    private HookTable(int layers, Hook[] hooks, int deepest, boolean hooksScores, int laterTokens) {
        this.layers = layers;
        this.hooks = hooks;
        this.deepest = deepest;
        this.hooksScores = hooksScores;
        this.laterTokens = laterTokens;
    }

    /** Returns the table of the entries, in a model of this many blocks. */
    public static HookTable of(int layers, List<Entry> entries) {
        Hook[] hooks = new Hook[Kind.LN_FINAL_NORMALIZED.slot(-1, layers) + 1];
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
        int laterTokens = entries.stream().mapToInt(Entry::laterTokens).max().orElse(0);
        return new HookTable(layers, hooks, deepest, hooksScores, laterTokens);
    }

    /** Returns the largest number of later tokens of its hooks; 0 without hooks. */
    public int laterTokens() {
        return laterTokens;
    }

    /** Returns whether runs with another table compute the same: it is this table, or neither has hooks. */
    public boolean isEquivalent(HookTable other) {
        return this == other || deepest < 0 && other.deepest < 0;
    }

    /** Returns whether attention scores or patterns are hooked, which fused attention does not compute. */
    public boolean hooksScores() {
        return hooksScores;
    }

    /** Returns the slot of a site. */
    public int slot(Kind kind, int block) {
        return kind.slot(block, layers);
    }

    /** Returns the hook of a slot, or null. */
    public Hook at(int slot) {
        return hooks[slot];
    }

    /** Returns the deepest hooked slot, or -1. */
    public int deepest() {
        return deepest;
    }
}
