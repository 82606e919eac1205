package dev.assay.model.config;

import java.util.List;

/**
 * The attention of a model's blocks.
 *
 * @param heads H, the heads of queries
 * @param keyValueHeads K, the heads of keys and values; divides {@code heads}
 * @param dHead h, the width of a head
 * @param scale what the products of queries and keys are multiplied by
 * @param scaledByDepth whether block i, counted from 0, divides them by i + 1 too
 * @param softCap c, where scores are replaced by {@code c·tanh(score/c)}; 0 for no such cap
 * @param normalizedHeads whether each head of queries and of keys is normalised before it is turned
 * @param bias whether queries, keys and values have a bias
 * @param outBias whether the layer's result has one
 * @param windows for each block how many tokens a query sees, itself and those before it; 0 for all
 */
public record AttentionConfig(
        int heads,
        int keyValueHeads,
        int dHead,
        double scale,
        boolean scaledByDepth,
        double softCap,
        boolean normalizedHeads,
        boolean bias,
        boolean outBias,
        List<Integer> windows) {

    /** Checks that the numbers fit each other. */
    public AttentionConfig {
        TransformerConfig.positive("heads", heads);
        TransformerConfig.positive("keyValueHeads", keyValueHeads);
        TransformerConfig.positive("dHead", dHead);
        if (heads % keyValueHeads != 0) {
            throw new IllegalArgumentException(
                    "heads is " + heads + ", expected a multiple of keyValueHeads, " + keyValueHeads);
        }
        if (!(scale > 0)) {
            throw new IllegalArgumentException("the attention scale is " + scale + ", expected a positive number");
        }
        if (!(softCap >= 0)) {
            throw new IllegalArgumentException("the soft cap of attention is " + softCap + ", expected 0 or more");
        }
        for (int window : windows) {
            if (window < 0) {
                throw new IllegalArgumentException("an attention window is " + window + ", expected 0 or more");
            }
        }
        windows = List.copyOf(windows);
    }

    /** Returns what the products of a block are multiplied by. */
    public double scale(int block) {
        return scaledByDepth ? scale / (block + 1) : scale;
    }
}
