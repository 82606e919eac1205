package dev.assay.model.config;

import java.util.List;

/**
 * The attention of a model's blocks.
 *
 * @param heads H, the number of query heads
 * @param keyValueHeads K, the number of key and value heads; divides {@code heads}
 * @param dHead h, the width of a head
 * @param scale the factor of the products of queries and keys
 * @param scaledByDepth whether block i, counted from 0, also divides them by i + 1
 * @param softCap c, replaces scores by {@code c·tanh(score/c)}; 0 means none
 * @param normalizedHeads whether each query head and key head is normalised before the rotation
 * @param bias whether queries, keys and values have a bias
 * @param outBias whether the output layer has a bias
 * @param windows for each block the number of tokens that a query sees, including its own; 0 means no limit
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

    /** Checks that the numbers are in range and consistent. */
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
            throw new IllegalArgumentException("the attention soft cap is " + softCap + ", expected 0 or more");
        }
        for (int window : windows) {
            if (window < 0) {
                throw new IllegalArgumentException("an attention window is " + window + ", expected 0 or more");
            }
        }
        windows = List.copyOf(windows);
    }

    /** {@return the factor of the products of queries and keys in a block} */
    public double scale(int block) {
        return scaledByDepth ? scale / (block + 1) : scale;
    }
}
