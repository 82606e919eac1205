package dev.assay.model.internal.network;

import dev.assay.model.config.BlockConfig;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookPoint.Kind;
import java.util.EnumSet;
import java.util.Set;

/**
 * A site at which a pass can pause, with the earlier values of its block that the rest of the block reads.
 *
 * @param kind EMBED, which is the start of a pass, or one of RESID_PRE, Z, ATTN_OUT, RESID_MID, MLP_POST, MLP_OUT and RESID_POST
 * @param block the index of its block; -1 for EMBED
 * @param live the kinds of the earlier values. LN1_NORMALIZED is the first norm with its weight and bias; RESID_MID of a parallel block is
 *     the residual stream plus the output of attention
 */
record PausePoint(Kind kind, int block, Set<Kind> live) {
    /** Returns the last site at or before a hook point at which a pass can pause. */
    static PausePoint atOrBefore(HookPoint point, int layers, BlockConfig config) {
        Kind kind = kind(point.kind(), config);
        int block = point.kind().inBlock() || kind == Kind.EMBED ? point.block() : layers - 1;
        return new PausePoint(kind, block, live(kind, config));
    }

    private static Kind kind(Kind kind, BlockConfig config) {
        return switch (kind) {
            case EMBED, POS_EMBED -> Kind.EMBED;
            case RESID_PRE, LN1_SCALE, LN1_NORMALIZED, Q, K, V, ROT_Q, ROT_K, ATTN_SCORES, PATTERN -> Kind.RESID_PRE;
            case Z, LN1_POST_SCALE, LN1_POST_NORMALIZED -> Kind.Z;
            case ATTN_OUT -> Kind.ATTN_OUT;
            case RESID_MID, LN2_SCALE, LN2_NORMALIZED, MLP_PRE, MLP_PRE_LINEAR ->
                config.parallel() ? Kind.ATTN_OUT : Kind.RESID_MID;
            case MLP_POST, LN2_POST_SCALE, LN2_POST_NORMALIZED -> Kind.MLP_POST;
            case MLP_OUT -> Kind.MLP_OUT;
            case RESID_POST, LN_FINAL_SCALE, LN_FINAL_NORMALIZED -> Kind.RESID_POST;
        };
    }

    private static Set<Kind> live(Kind kind, BlockConfig config) {
        boolean bothHalvesReadLn1 = config.parallel() && config.sharedNorm();
        return switch (kind) {
            case Z, ATTN_OUT ->
                bothHalvesReadLn1 ? EnumSet.of(Kind.RESID_PRE, Kind.LN1_NORMALIZED) : EnumSet.of(Kind.RESID_PRE);
            case MLP_POST, MLP_OUT -> EnumSet.of(Kind.RESID_MID);
            default -> EnumSet.noneOf(Kind.class);
        };
    }

    HookPoint hookPoint() {
        return new HookPoint(kind, block);
    }

    /** Returns the slot of the site in a model of this many blocks. */
    int slot(int layers) {
        return kind.slot(block, layers);
    }
}
