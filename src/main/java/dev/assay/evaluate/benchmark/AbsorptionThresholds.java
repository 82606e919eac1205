package dev.assay.evaluate.benchmark;

import dev.assay.InvalidInputException;

/**
 * Thresholds of feature absorption (Chanin et al., "A is for absorption", arXiv 2409.14507).
 *
 * @param fullCosine the smallest cosine similarity of probe and absorbing latent for full absorption
 * @param fractionCosine the smallest cosine similarity of probe and absorbing latent for fractional absorption
 * @param proportion the smallest share of the probe's projection that absorbing latents contribute
 * @param absorbingLatents the largest number of absorbing latents of fractional absorption
 * @param f1Jump the smallest increase of F1 by which a further latent counts as split
 */
public record AbsorptionThresholds(
        double fullCosine, double fractionCosine, double proportion, int absorbingLatents, double f1Jump) {
    /** SAEBench's thresholds. */
    public static final AbsorptionThresholds DEFAULT = new AbsorptionThresholds(0.025, 0.1, 0.4, 3, 0.03);

    /** Checks the number of absorbing latents. */
    public AbsorptionThresholds {
        InvalidInputException.requireAtLeast(1, "the number of absorbing latents", absorbingLatents);
    }
}
