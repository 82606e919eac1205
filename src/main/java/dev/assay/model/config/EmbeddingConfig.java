package dev.assay.model.config;

/**
 * The embedding and the unembedding.
 *
 * @param scale the factor of the embedding
 * @param tied whether the embedding is also the unembedding
 * @param bias whether the unembedding has a bias
 * @param softCap c, replaces logits by {@code c·tanh(logit/c)}; 0 means none
 */
public record EmbeddingConfig(double scale, boolean tied, boolean bias, double softCap) {
    /** Checks the numbers. */
    public EmbeddingConfig {
        if (!(scale > 0)) {
            throw new IllegalArgumentException("the embedding scale is " + scale + ", expected a positive number");
        }
        if (!(softCap >= 0)) {
            throw new IllegalArgumentException("the logit soft cap is " + softCap + ", expected 0 or more");
        }
    }
}
