package dev.assay.feature.store;

/**
 * A latent that is active on the same tokens as another one.
 *
 * @param latent its number
 * @param together the tokens on which both are active
 * @param jaccard those divided by the tokens on which either is
 * @param pearson the correlation of the two activations over all tokens, zeros included
 * @param lift how much oftener they are active together than two independent latents of their densities would be
 */
public record Coactivation(int latent, long together, double jaccard, double pearson, double lift) {}
