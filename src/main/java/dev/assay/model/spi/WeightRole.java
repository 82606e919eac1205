package dev.assay.model.spi;

/**
 * A module of the generic transformer that has weights. V is the vocabulary size, D the width of the residual stream, H and K the
 * numbers of query heads and key-value heads, h the width of a head, M the width of the feed-forward layer. Weights of linear layers
 * are [out, in]; a bias has the size of the output.
 */
public enum WeightRole {
    /** The token embedding, [V, D]. */
    EMBED("embed", false, ""),
    /** The learned position embedding, [context length, D]. */
    POSITIONS("positions", false, ""),
    /** The norm before attention, [D]. */
    LN1("ln1", true, ".weight"),
    /** The linear layer of queries, keys and values, [(H + 2K)·h, D]; rows ordered by (query, key or value; head; dimension). */
    QKV("qkv", true, ".weight"),
    /** The norm of each query head, [h]. */
    Q_NORM("q_norm", true, ".weight"),
    /** The norm of each key head, [h]. */
    K_NORM("k_norm", true, ".weight"),
    /** The output layer of attention, [D, H·h]. */
    OUT("out", true, ".weight"),
    /** The norm after attention, [D]. */
    LN1_POST("ln1_post", true, ".weight"),
    /** The norm before the feed-forward layer, [D]. */
    LN2("ln2", true, ".weight"),
    /** The gate of a gated feed-forward layer, [M, D]. */
    GATE("gate", true, ".weight"),
    /** The first layer of the feed-forward layer, [M, D]. */
    UP("up", true, ".weight"),
    /** The last layer of the feed-forward layer, [D, M]. */
    DOWN("down", true, ".weight"),
    /** The norm after the feed-forward layer, [D]. */
    LN2_POST("ln2_post", true, ".weight"),
    /** The norm after the last block, [D]. */
    LN_FINAL("ln_final", false, ".weight"),
    /** The unembedding, [V, D]. */
    UNEMBED("unembed", false, "");

    private final String module;
    private final boolean inBlock;
    private final String weightSuffix;

    WeightRole(String module, boolean inBlock, String weightSuffix) {
        this.module = module;
        this.inBlock = inBlock;
        this.weightSuffix = weightSuffix;
    }

    /** {@return whether every block has such a module} */
    public boolean inBlock() {
        return inBlock;
    }

    /** {@return the name of the weight in {@link dev.assay.model.HookedTransformer#parameters()}; the block is ignored outside blocks} */
    public String weight(int block) {
        return module(block) + weightSuffix;
    }

    /** {@return the name of the bias in {@link dev.assay.model.HookedTransformer#parameters()}; the block is ignored outside blocks} */
    public String bias(int block) {
        return module(block) + ".bias";
    }

    private String module(int block) {
        return inBlock ? "blocks." + block + "." + module : module;
    }
}
