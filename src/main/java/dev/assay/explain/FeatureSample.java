package dev.assay.explain;

import java.util.List;

/**
 * Features drawn uniformly from all features of a dictionary.
 *
 * @param latents the drawn features with enough documents, in random order
 * @param exclusions the features that were drawn and have too few documents
 * @param seed the seed of the draw
 */
public record FeatureSample(List<Integer> latents, List<Exclusion> exclusions, long seed) {
    /** Copies the lists. */
    public FeatureSample {
        latents = List.copyOf(latents);
        exclusions = List.copyOf(exclusions);
    }
}
