package dev.assay.model.hook;

import dev.assay.InvalidInputException;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A place in a transformer whose activation can be read and edited, under the name that TransformerLens gives it
 * ({@code blocks.3.hook_resid_post}).
 *
 * @param kind what the activation is
 * @param block the block it is in, counted from 0; -1 for the sites outside the blocks
 */
public record HookPoint(Kind kind, int block) {
    private static final Pattern IN_BLOCK = Pattern.compile("blocks\\.(\\d{1,6})\\.(.+)");

    /**
     * What an activation is, in the order of computation. B is the batch, S the sequence, D the width of the residual stream, H and
     * K the heads of queries and of keys, h the width of a head, M that of the feed-forward layer.
     */
    public enum Kind {
        /** The embeddings of the tokens, [B, S, D]. */
        EMBED("hook_embed", Place.BEFORE),
        /** The learned position vectors, [B, S, D]. */
        POS_EMBED("hook_pos_embed", Place.BEFORE),

        /** The residual stream as a block reads it, [B, S, D]. */
        RESID_PRE("hook_resid_pre", Place.BLOCK),
        /** What the first norm divides by, [B, S, 1]. */
        LN1_SCALE("ln1.hook_scale", Place.BLOCK),
        /** The first norm before weight and bias, [B, S, D]. */
        LN1_NORMALIZED("ln1.hook_normalized", Place.BLOCK),
        /** Queries, [B, S, H, h]; before they are normalised, in families that do. */
        Q("attn.hook_q", Place.BLOCK),
        /** Keys, [B, S, K, h]; before they are normalised, in families that do. */
        K("attn.hook_k", Place.BLOCK),
        /** Values, [B, S, K, h]. */
        V("attn.hook_v", Place.BLOCK),
        /** Queries after the rotation, [B, S, H, h]. */
        ROT_Q("attn.hook_rot_q", Place.BLOCK),
        /** Keys after the rotation, [B, S, K, h]. */
        ROT_K("attn.hook_rot_k", Place.BLOCK),
        /** Attention scores, hidden keys at a large negative number, [B, H, S, S]. */
        ATTN_SCORES("attn.hook_attn_scores", Place.BLOCK),
        /** Attention probabilities, [B, H, S, S] (query, key). */
        PATTERN("attn.hook_pattern", Place.BLOCK),
        /** The heads' results, [B, S, H, h]. */
        Z("attn.hook_z", Place.BLOCK),
        /** What the norm after attention divides by, [B, S, 1]. */
        LN1_POST_SCALE("ln1_post.hook_scale", Place.BLOCK),
        /** The norm after attention before its weight, [B, S, D]. */
        LN1_POST_NORMALIZED("ln1_post.hook_normalized", Place.BLOCK),
        /** What attention adds to the residual stream, [B, S, D]. */
        ATTN_OUT("hook_attn_out", Place.BLOCK),
        /** The residual stream between the halves of a sequential block, [B, S, D]. */
        RESID_MID("hook_resid_mid", Place.BLOCK),
        /** What the second norm divides by, [B, S, 1]. */
        LN2_SCALE("ln2.hook_scale", Place.BLOCK),
        /** The second norm before weight and bias, [B, S, D]. */
        LN2_NORMALIZED("ln2.hook_normalized", Place.BLOCK),
        /** The feed-forward layer before its nonlinearity, [B, S, M]; where there is a gate, that of the gate. */
        MLP_PRE("mlp.hook_pre", Place.BLOCK),
        /** What the gate of the feed-forward layer multiplies, [B, S, M]. */
        MLP_PRE_LINEAR("mlp.hook_pre_linear", Place.BLOCK),
        /** The input of the feed-forward layer's last product: after the nonlinearity and the gate, [B, S, M]. */
        MLP_POST("mlp.hook_post", Place.BLOCK),
        /** What the norm after the feed-forward layer divides by, [B, S, 1]. */
        LN2_POST_SCALE("ln2_post.hook_scale", Place.BLOCK),
        /** The norm after the feed-forward layer before its weight, [B, S, D]. */
        LN2_POST_NORMALIZED("ln2_post.hook_normalized", Place.BLOCK),
        /** What the feed-forward layer adds to the residual stream, [B, S, D]. */
        MLP_OUT("hook_mlp_out", Place.BLOCK),
        /** The residual stream as a block leaves it, [B, S, D]. */
        RESID_POST("hook_resid_post", Place.BLOCK),

        /** What the final norm divides by, [B, S, 1]. */
        LN_FINAL_SCALE("ln_final.hook_scale", Place.AFTER),
        /** The final norm before weight and bias, [B, S, D]. */
        LN_FINAL_NORMALIZED("ln_final.hook_normalized", Place.AFTER);

        private enum Place {
            BEFORE,
            BLOCK,
            AFTER
        }

        private static final int BEFORE_BLOCKS = count(Place.BEFORE);
        private static final int PER_BLOCK = count(Place.BLOCK);

        private final String suffix;
        private final Place place;

        Kind(String suffix, Place place) {
            this.suffix = suffix;
            this.place = place;
        }

        private static int count(Place place) {
            return (int)
                    Arrays.stream(values()).filter(kind -> kind.place == place).count();
        }

        /** {@return whether every block has such a point} */
        public boolean inBlock() {
            return place == Place.BLOCK;
        }

        /** Tells whether the site has a number for each pair of positions instead of a vector for each position. */
        public boolean isPairwise() {
            return this == ATTN_SCORES || this == PATTERN;
        }

        /** Returns the number of this site in a model of some blocks, in the order of computation. */
        public int slot(int block, int layers) {
            return switch (place) {
                case BEFORE -> ordinal();
                case BLOCK -> block * PER_BLOCK + ordinal();
                case AFTER -> (layers - 1) * PER_BLOCK + ordinal();
            };
        }

        /** Returns the number of sites that {@link #slot} counts. */
        static int slots(int layers) {
            return (layers - 1) * PER_BLOCK + values().length;
        }
    }

    /** Checks that a site in a block has one, and others none. */
    public HookPoint {
        if (kind.inBlock() ? block < 0 : block != -1) {
            throw new IllegalArgumentException("hook point " + kind.suffix + " has block " + block + ", expected "
                    + (kind.inBlock() ? "0 or more" : "-1"));
        }
    }

    /**
     * Reads a name of TransformerLens.
     *
     * @param name for example {@code blocks.3.hook_resid_post}
     * @return the point
     * @throws InvalidInputException when no site has such a name
     */
    public static HookPoint parse(String name) {
        Matcher matcher = IN_BLOCK.matcher(name);
        boolean inBlock = matcher.matches();
        String suffix = inBlock ? matcher.group(2) : name;
        int block = inBlock ? Integer.parseInt(matcher.group(1)) : -1;
        for (Kind kind : Kind.values()) {
            if (kind.inBlock() == inBlock && kind.suffix.equals(suffix)) {
                return new HookPoint(kind, block);
            }
        }
        String known = Arrays.stream(Kind.values())
                .map(kind -> kind.inBlock() ? "blocks.{i}." + kind.suffix : kind.suffix)
                .collect(Collectors.joining(", "));
        throw new InvalidInputException(
                "hook point \"" + name + "\" is not a site of a transformer; expected one of " + known);
    }

    /**
     * Returns the name that TransformerLens gives this site.
     *
     * @return for example {@code blocks.3.hook_resid_post}
     */
    public String name() {
        return kind.inBlock() ? "blocks." + block + "." + kind.suffix : kind.suffix;
    }

    /**
     * Returns the token embeddings.
     *
     * @return the point
     */
    public static HookPoint embed() {
        return new HookPoint(Kind.EMBED, -1);
    }

    /**
     * Returns the residual stream as a block reads it.
     *
     * @param block counted from 0
     * @return the point
     */
    public static HookPoint residPre(int block) {
        return new HookPoint(Kind.RESID_PRE, block);
    }

    /**
     * Returns the residual stream between the halves of a sequential block.
     *
     * @param block counted from 0
     * @return the point
     */
    public static HookPoint residMid(int block) {
        return new HookPoint(Kind.RESID_MID, block);
    }

    /**
     * Returns the residual stream as a block leaves it.
     *
     * @param block counted from 0
     * @return the point
     */
    public static HookPoint residPost(int block) {
        return new HookPoint(Kind.RESID_POST, block);
    }

    /**
     * Returns what attention adds to the residual stream.
     *
     * @param block counted from 0
     * @return the point
     */
    public static HookPoint attnOut(int block) {
        return new HookPoint(Kind.ATTN_OUT, block);
    }

    /**
     * Returns the results of the attention heads.
     *
     * @param block counted from 0
     * @return the point
     */
    public static HookPoint z(int block) {
        return new HookPoint(Kind.Z, block);
    }

    /**
     * Returns the attention probabilities.
     *
     * @param block counted from 0
     * @return the point
     */
    public static HookPoint pattern(int block) {
        return new HookPoint(Kind.PATTERN, block);
    }

    /**
     * Returns the neurons of the feed-forward layer, after the nonlinearity.
     *
     * @param block counted from 0
     * @return the point
     */
    public static HookPoint mlpPost(int block) {
        return new HookPoint(Kind.MLP_POST, block);
    }

    /**
     * Returns what the feed-forward layer adds to the residual stream.
     *
     * @param block counted from 0
     * @return the point
     */
    public static HookPoint mlpOut(int block) {
        return new HookPoint(Kind.MLP_OUT, block);
    }

    @Override
    public String toString() {
        return name();
    }
}
