package dev.assay.feature.scan;

/**
 * Coactivation of a scanned latent with another latent.
 *
 * @param latent the index of the other latent
 * @param together the number of tokens on which both latents are active
 * @param jaccard the Jaccard index: {@code together} divided by the number of tokens on which at least one of them is active
 * @param lift {@code together} divided by its expectation for independent latents of the same densities
 */
public record ScanCoactivation(int latent, long together, double jaccard, double lift) {}
