package dev.assay.model.config;

/**
 * How tokens become vectors, and vectors logits.
 *
 * @param scale what the embedding is multiplied by
 * @param tied whether the unembedding is the embedding
 * @param bias whether the logits have a bias
 * @param softCap c, where logits are replaced by {@code c·tanh(logit/c)}; 0 for no such cap
 */
public record EmbeddingConfig(double scale, boolean tied, boolean bias, double softCap) {
    /** Checks the numbers. */
    public EmbeddingConfig {
        if (!(scale > 0)) {
            throw new IllegalArgumentException("the embedding's scale is " + scale + ", expected a positive number");
        }
        if (!(softCap >= 0)) {
            throw new IllegalArgumentException("the soft cap of the logits is " + softCap + ", expected 0 or more");
        }
    }
}
