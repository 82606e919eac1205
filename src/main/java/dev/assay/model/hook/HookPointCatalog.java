package dev.assay.model.hook;

import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.model.config.PositionEncoding;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.HookPoint.Kind;
import java.util.ArrayList;
import java.util.List;

/** The sites that a model has, and their shapes. */
public final class HookPointCatalog {
    private final TransformerConfig config;

    /** Creates the hook points of a configuration. */
    public HookPointCatalog(TransformerConfig config) {
        this.config = config;
    }

    /** {@return whether the model has the hook point} */
    public boolean has(HookPoint point) {
        return has(point.kind()) && point.block() < config.layers();
    }

    private boolean has(Kind kind) {
        boolean rotary = !(config.positions() instanceof PositionEncoding.Learned);
        return switch (kind) {
            case POS_EMBED -> !rotary;
            case ROT_Q, ROT_K -> rotary;
            case RESID_MID -> !config.parallel();
            case LN2_SCALE, LN2_NORMALIZED -> !config.block().sharedNorm();
            case LN1_POST_SCALE, LN1_POST_NORMALIZED, LN2_POST_SCALE, LN2_POST_NORMALIZED ->
                config.block().postNorms();
            case MLP_PRE_LINEAR -> config.feedForward().gated();
            default -> true;
        };
    }

    /** Returns every site, in the order of computation. */
    public List<HookPoint> all() {
        List<HookPoint> before = new ArrayList<>();
        List<HookPoint> after = new ArrayList<>();
        List<Kind> inBlock = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            if (!has(kind)) {
                continue;
            }
            if (kind.inBlock()) {
                inBlock.add(kind);
            } else {
                (inBlock.isEmpty() ? before : after).add(new HookPoint(kind, -1));
            }
        }
        List<HookPoint> all = new ArrayList<>(before);
        for (int i = 0; i < config.layers(); i++) {
            for (Kind kind : inBlock) {
                all.add(new HookPoint(kind, i));
            }
        }
        all.addAll(after);
        return all;
    }

    /** Complains of a site that the model lacks. */
    public void require(HookPoint point) {
        if (has(point)) {
            return;
        }
        if (point.block() >= config.layers()) {
            throw new InvalidInputException("hook point " + point + " is in a block that the model has not: it has "
                    + config.layers() + ", numbered 0 to " + (config.layers() - 1));
        }
        List<String> known = all().stream()
                .filter(site -> site.block() == point.block())
                .map(HookPoint::name)
                .toList();
        throw new InvalidInputException("hook point " + point + " does not exist in a " + config.family()
                + " model like this one, " + reason(point.kind()) + "; expected one of " + String.join(", ", known));
    }

    private static String reason(Kind kind) {
        return switch (kind) {
            case POS_EMBED -> "whose positions are rotary";
            case ROT_Q, ROT_K -> "whose positions are learned";
            case RESID_MID -> "both halves of whose blocks read resid_pre";
            case LN2_SCALE, LN2_NORMALIZED -> "whose blocks have one norm, ln1, for both halves";
            case MLP_PRE_LINEAR -> "whose feed-forward layers have no gate";
            default -> "whose blocks have no norm after their halves";
        };
    }

    /** Returns the shape of a site; batch and sequence are -1. */
    public Shape shape(HookPoint point) {
        require(point);
        return switch (point.kind()) {
            case LN1_SCALE, LN2_SCALE, LN1_POST_SCALE, LN2_POST_SCALE, LN_FINAL_SCALE -> new Shape(-1, -1, 1);
            case Q, ROT_Q, Z -> new Shape(-1, -1, config.heads(), config.dHead());
            case K, V, ROT_K -> new Shape(-1, -1, config.keyValueHeads(), config.dHead());
            case ATTN_SCORES, PATTERN -> new Shape(-1, config.heads(), -1, -1);
            case MLP_PRE, MLP_PRE_LINEAR, MLP_POST -> new Shape(-1, -1, config.dMlp());
            default -> new Shape(-1, -1, config.dModel());
        };
    }

    /** Returns how many numbers a site has at each position, all heads together. */
    public int width(HookPoint point) {
        Shape shape = shape(point);
        if (point.kind().isPairwise()) {
            throw new InvalidInputException("hook point " + point
                    + " has one number for each pair of positions, expected a site with a vector at each position");
        }
        return (int) shape.slice(2).size();
    }
}
