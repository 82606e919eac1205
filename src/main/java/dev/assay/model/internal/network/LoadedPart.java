package dev.assay.model.internal.network;

import dev.assay.InvalidInputException;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookPoint.Kind;
import dev.assay.model.hook.HookPointCatalog;
import java.util.Collection;
import java.util.Comparator;

/**
 * The loaded part of a model: all of it, or the embedding and the blocks up to the deepest requested site.
 *
 * @param layers the number of blocks of the whole model
 * @param deepest the deepest requested site; null when the whole model is loaded
 */
public record LoadedPart(int layers, HookPoint deepest) {
    public static LoadedPart whole(TransformerConfig config) {
        return new LoadedPart(config.layers(), null);
    }

    /** Returns the part that some sites need; the whole model for an empty list. */
    public static LoadedPart upTo(TransformerConfig config, Collection<HookPoint> points) {
        HookPointCatalog sites = new HookPointCatalog(config);
        points.forEach(sites::require);
        Comparator<HookPoint> depth = Comparator.comparingInt(point -> slot(point, config.layers()));
        return new LoadedPart(config.layers(), points.stream().max(depth).orElse(null));
    }

    /** Returns the number of loaded blocks. The input of a block, {@code resid_pre}, needs none of its weights. */
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

    /** Returns whether a parameter is loaded. */
    public boolean holds(String parameter) {
        if (parameter.startsWith(Parameters.LN_FINAL)) {
            return hasFinalNorm();
        }
        if (parameter.startsWith(Parameters.UNEMBED)) {
            return deepest == null;
        }
        return Parameters.blockOf(parameter) < blocks();
    }

    /** Returns whether a run can reach a site. */
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

    /** Checks that a run can reach a site. */
    public void require(HookPoint point) {
        if (!reaches(point)) {
            throw missing("hook point " + point);
        }
    }

    /** Checks that the whole model is loaded; {@code what} is what needs it, for the message. */
    public void requireWhole(String what) {
        if (deepest != null) {
            throw missing(what);
        }
    }

    /** Checks that the final norm is loaded. */
    public void requireFinalNorm() {
        if (!hasFinalNorm()) {
            throw missing("the final norm");
        }
    }

    private InvalidInputException missing(String what) {
        return new InvalidInputException("the model is loaded up to " + deepest + ", without " + what
                + "; expected a model loaded up to a deeper site, or the whole model");
    }
}
