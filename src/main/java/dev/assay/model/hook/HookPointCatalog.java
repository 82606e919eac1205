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

    /** {@return every site of the model, in the order of computation} */
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

    /**
     * Checks that the model has a site.
     *
     * @throws InvalidInputException when it lacks the site
     */
    public void require(HookPoint point) {
        if (has(point)) {
            return;
        }
        if (point.block() >= config.layers()) {
            throw new InvalidInputException("hook point " + point + " has block " + point.block()
                    + ", expected a block of the model, 0 to " + (config.layers() - 1));
        }
        List<String> known = all().stream()
                .filter(site -> site.block() == point.block())
                .map(HookPoint::name)
                .toList();
        throw new InvalidInputException("hook point " + point + " does not exist in a " + config.family() + " model "
                + reason(point.kind()) + "; expected one of " + String.join(", ", known));
    }

    private static String reason(Kind kind) {
        return switch (kind) {
            case POS_EMBED -> "with rotary positions";
            case ROT_Q, ROT_K -> "with learned positions";
            case RESID_MID -> "with parallel blocks";
            case LN2_SCALE, LN2_NORMALIZED -> "whose blocks share the norm ln1";
            case MLP_PRE_LINEAR -> "without gated feed-forward layers";
            default -> "without norms after attention and feed-forward layer";
        };
    }

    /** {@return the shape of a site, with -1 for the axes batch and position} */
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

    /** {@return the size of a site at each position, over all heads} */
    public int width(HookPoint point) {
        Shape shape = shape(point);
        if (point.kind().isPairwise()) {
            throw new InvalidInputException("hook point " + point
                    + " has one number per pair of positions, expected a site with a vector at each position");
        }
        return (int) shape.slice(2).size();
    }
}
