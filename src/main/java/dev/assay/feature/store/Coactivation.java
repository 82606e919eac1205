package dev.assay.feature.store;

/**
 * Coactivation of a latent with another latent of the same store.
 *
 * @param latent the index of the coactivating latent
 * @param together the number of tokens on which both latents are active
 * @param jaccard the Jaccard index: {@code together} divided by the number of tokens on which at least one latent is active
 * @param pearson the Pearson correlation of the activations over all tokens, zeros included
 * @param lift {@code together} divided by its expectation for independent latents of the same densities
 */
public record Coactivation(int latent, long together, double jaccard, double pearson, double lift) {}
