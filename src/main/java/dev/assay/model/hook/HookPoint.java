package dev.assay.model.hook;

import dev.assay.InvalidInputException;
import dev.assay.checkpoint.ModuleNames;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A site of a transformer whose activation can be read and edited. Its name is TransformerLens's
 * ({@code blocks.3.hook_resid_post}).
 *
 * @param kind the kind of activation
 * @param block the index of its block, from 0; -1 for sites outside the blocks
 */
public record HookPoint(Kind kind, int block) {
    /** Sorts hook points of one model by the order of computation. */
    static final Comparator<HookPoint> COMPUTATION_ORDER = Comparator.comparing((HookPoint point) -> point.kind.place)
            .thenComparing(HookPoint::block)
            .thenComparing(HookPoint::kind);

    private static final Pattern IN_BLOCK = Pattern.compile("blocks\\.(\\d{1,6})\\.(.+)");

    /**
     * The kinds of activations, in the order of computation. B is the batch size, S the sequence length, D the width of the residual
     * stream, H and K the numbers of query heads and key-value heads, h the width of a head, M the width of the feed-forward layer.
     */
    public enum Kind {
        /** The embeddings of the tokens, [B, S, D]. */
        EMBED("hook_embed", Place.BEFORE),
        /** The learned position vectors, [B, S, D]. */
        POS_EMBED("hook_pos_embed", Place.BEFORE),

        /** The residual stream before a block, [B, S, D]. */
        RESID_PRE("hook_resid_pre", Place.BLOCK),
        /** The divisor of the first norm, [B, S, 1]. */
        LN1_SCALE("ln1.hook_scale", Place.BLOCK),
        /** The first norm before weight and bias, [B, S, D]. */
        LN1_NORMALIZED("ln1.hook_normalized", Place.BLOCK),
        /** Queries, [B, S, H, h]; before their norm in families that have one. */
        Q("attn.hook_q", Place.BLOCK),
        /** Keys, [B, S, K, h]; before their norm in families that have one. */
        K("attn.hook_k", Place.BLOCK),
        /** Values, [B, S, K, h]. */
        V("attn.hook_v", Place.BLOCK),
        /** Queries after the rotation, [B, S, H, h]. */
        ROT_Q("attn.hook_rot_q", Place.BLOCK),
        /** Keys after the rotation, [B, S, K, h]. */
        ROT_K("attn.hook_rot_k", Place.BLOCK),
        /** Attention scores, with a large negative number at masked keys, [B, H, S, S]. */
        ATTN_SCORES("attn.hook_attn_scores", Place.BLOCK),
        /** Attention probabilities, [B, H, S, S] (query, key). */
        PATTERN("attn.hook_pattern", Place.BLOCK),
        /** The outputs of the heads, [B, S, H, h]. */
        Z("attn.hook_z", Place.BLOCK),
        /** The divisor of the norm after attention, [B, S, 1]. */
        LN1_POST_SCALE("ln1_post.hook_scale", Place.BLOCK),
        /** The norm after attention before its weight, [B, S, D]. */
        LN1_POST_NORMALIZED("ln1_post.hook_normalized", Place.BLOCK),
        /** The output of attention, which is added to the residual stream, [B, S, D]. */
        ATTN_OUT("hook_attn_out", Place.BLOCK),
        /** The residual stream between the halves of a sequential block, [B, S, D]. */
        RESID_MID("hook_resid_mid", Place.BLOCK),
        /** The divisor of the second norm, [B, S, 1]. */
        LN2_SCALE("ln2.hook_scale", Place.BLOCK),
        /** The second norm before weight and bias, [B, S, D]. */
        LN2_NORMALIZED("ln2.hook_normalized", Place.BLOCK),
        /** The input of the nonlinearity of the feed-forward layer, [B, S, M]; in a gated layer, of the gate. */
        MLP_PRE("mlp.hook_pre", Place.BLOCK),
        /** The linear branch of a gated feed-forward layer, before the product with the gate, [B, S, M]. */
        MLP_PRE_LINEAR("mlp.hook_pre_linear", Place.BLOCK),
        /** The neurons of the feed-forward layer: after the nonlinearity and the product with the gate, [B, S, M]. */
        MLP_POST("mlp.hook_post", Place.BLOCK),
        /** The divisor of the norm after the feed-forward layer, [B, S, 1]. */
        LN2_POST_SCALE("ln2_post.hook_scale", Place.BLOCK),
        /** The norm after the feed-forward layer before its weight, [B, S, D]. */
        LN2_POST_NORMALIZED("ln2_post.hook_normalized", Place.BLOCK),
        /** The output of the feed-forward layer, which is added to the residual stream, [B, S, D]. */
        MLP_OUT("hook_mlp_out", Place.BLOCK),
        /** The residual stream after a block, [B, S, D]. */
        RESID_POST("hook_resid_post", Place.BLOCK),

        /** The divisor of the final norm, [B, S, 1]. */
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

        /** {@return whether the site is inside a block} */
        public boolean inBlock() {
            return place == Place.BLOCK;
        }

        /** {@return whether the site has one number per pair of positions, instead of a vector at each position} */
        public boolean isPairwise() {
            return this == ATTN_SCORES || this == PATTERN;
        }

        /** {@return the index of this site in the order of computation, in a model of {@code layers} blocks} */
        public int slot(int block, int layers) {
            return switch (place) {
                case BEFORE -> ordinal();
                case BLOCK -> block * PER_BLOCK + ordinal();
                case AFTER -> (layers - 1) * PER_BLOCK + ordinal();
            };
        }
    }

    /** Checks that exactly the sites inside blocks have a block index. */
    public HookPoint {
        if (kind.inBlock() ? block < 0 : block != -1) {
            throw new IllegalArgumentException("hook point " + kind.suffix + " has block " + block + ", expected "
                    + (kind.inBlock() ? "0 or more" : "-1"));
        }
    }

    /**
     * Parses a TransformerLens name, or the name of a Hugging Face module whose output is a hook point ({@link ModuleNames}).
     *
     * @param name for example {@code blocks.3.hook_resid_post} or {@code model.layers.3}
     * @return the hook point
     * @throws InvalidInputException when no site has this name
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
        Optional<String> output = ModuleNames.output(name);
        if (output.isPresent()) {
            return parse(output.get());
        }
        String known = Arrays.stream(Kind.values())
                .map(kind -> kind.inBlock() ? "blocks.{i}." + kind.suffix : kind.suffix)
                .collect(Collectors.joining(", "));
        throw new InvalidInputException(
                "hook point \"" + name + "\" is not a site of a transformer; expected one of " + known);
    }

    /** {@return the TransformerLens name, for example {@code blocks.3.hook_resid_post}} */
    public String name() {
        return kind.inBlock() ? "blocks." + block + "." + kind.suffix : kind.suffix;
    }

    /** {@return the token embeddings} */
    public static HookPoint embed() {
        return new HookPoint(Kind.EMBED, -1);
    }

    /** {@return the residual stream before a block, counted from 0} */
    public static HookPoint residPre(int block) {
        return new HookPoint(Kind.RESID_PRE, block);
    }

    /** {@return the residual stream between the halves of a sequential block, counted from 0} */
    public static HookPoint residMid(int block) {
        return new HookPoint(Kind.RESID_MID, block);
    }

    /** {@return the residual stream after a block, counted from 0} */
    public static HookPoint residPost(int block) {
        return new HookPoint(Kind.RESID_POST, block);
    }

    /** {@return the output of the attention of a block, counted from 0} */
    public static HookPoint attnOut(int block) {
        return new HookPoint(Kind.ATTN_OUT, block);
    }

    /** {@return the outputs of the attention heads of a block, counted from 0} */
    public static HookPoint z(int block) {
        return new HookPoint(Kind.Z, block);
    }

    /** {@return the attention probabilities of a block, counted from 0} */
    public static HookPoint pattern(int block) {
        return new HookPoint(Kind.PATTERN, block);
    }

    /** {@return the neurons of the feed-forward layer of a block, counted from 0} */
    public static HookPoint mlpPost(int block) {
        return new HookPoint(Kind.MLP_POST, block);
    }

    /** {@return the output of the feed-forward layer of a block, counted from 0} */
    public static HookPoint mlpOut(int block) {
        return new HookPoint(Kind.MLP_OUT, block);
    }

    @Override
    public String toString() {
        return name();
    }
}
