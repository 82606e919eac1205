package dev.assay.model.internal.network;

import dev.assay.InvalidInputException;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookPoint.Kind;
import dev.assay.model.hook.HookPointCatalog;
import java.util.Collection;
import java.util.Comparator;

/**
 * How much of a model is in memory: all of it, or the embedding and the blocks that lead to some sites.
 *
 * @param layers the blocks of the whole model
 * @param deepest the deepest of the sites that were asked for; null when everything is there
 */
public record LoadedPart(int layers, HookPoint deepest) {
    public static LoadedPart whole(TransformerConfig config) {
        return new LoadedPart(config.layers(), null);
    }

    /** Returns what some sites need; everything when there are none. */
    public static LoadedPart upTo(TransformerConfig config, Collection<HookPoint> points) {
        HookPointCatalog sites = new HookPointCatalog(config);
        points.forEach(sites::require);
        Comparator<HookPoint> depth = Comparator.comparingInt(point -> slot(point, config.layers()));
        return new LoadedPart(config.layers(), points.stream().max(depth).orElse(null));
    }

    /** Returns how many blocks there are, counted from the first. What a block reads needs no weight of it. */
    int blocks() {
        if (deepest == null || isAfterBlocks()) {
            return layers;
        }
        if (!deepest.kind().inBlock()) {
            return 0;
        }
        return deepest.kind() == Kind.RESID_PRE ? deepest.block() : deepest.block() + 1;
    }

    private boolean isAfterBlocks() {
        return deepest.kind().compareTo(Kind.LN_FINAL_SCALE) >= 0;
    }

    boolean hasFinalNorm() {
        return deepest == null || isAfterBlocks();
    }

    /** Tells whether a parameter is in this part. */
    public boolean holds(String parameter) {
        if (parameter.startsWith(Parameters.LN_FINAL)) {
            return hasFinalNorm();
        }
        if (parameter.startsWith(Parameters.UNEMBED)) {
            return deepest == null;
        }
        return Parameters.blockOf(parameter) < blocks();
    }

    /** Tells whether a run can get to a site. */
    public boolean reaches(HookPoint point) {
        return slot(point, layers) <= last();
    }

    private int last() {
        if (hasFinalNorm()) {
            return Kind.LN_FINAL_NORMALIZED.slot(-1, layers);
        }
        int blocks = blocks();
        return blocks < layers ? Kind.RESID_PRE.slot(blocks, layers) : Kind.RESID_POST.slot(layers - 1, layers);
    }

    private static int slot(HookPoint point, int layers) {
        return point.kind().slot(point.block(), layers);
    }

    /** Complains of a site that no run gets to. */
    public void require(HookPoint point) {
        if (!reaches(point)) {
            throw missing("hook point " + point);
        }
    }

    /** Complains of anything that takes the whole model. */
    public void requireWhole(String what) {
        if (deepest != null) {
            throw missing(what);
        }
    }

    /** Complains when the final norm is not there. */
    public void requireFinalNorm() {
        if (!hasFinalNorm()) {
            throw missing("the final norm");
        }
    }

    private InvalidInputException missing(String what) {
        return new InvalidInputException("the model was loaded up to " + deepest + " only, which leaves out " + what
                + "; load it up to a deeper site, or whole");
    }
}
