package dev.assay.evaluate.baseline;

import dev.assay.InvalidInputException;
import dev.assay.sae.SaeMetadata;

/**
 * Settings of a fit.
 *
 * @param components the number of components to search for, at least 1
 * @param latents the number of latents of the dictionary that the baseline is compared with, at least 1; the number of random
 *     directions follows from it
 * @param rounds the limit of an iterative search, at least 1
 * @param seed seed of starting points and random directions
 * @param metadata metadata of the resulting dictionaries, with the hook point
 */
public record FitOptions(int components, int latents, int rounds, long seed, SaeMetadata metadata) {
    /**
     * Checks the numbers.
     *
     * @throws InvalidInputException if one is below 1
     */
    public FitOptions {
        InvalidInputException.requireAtLeast(1, "the number of components", components);
        InvalidInputException.requireAtLeast(1, "the number of latents", latents);
        InvalidInputException.requireAtLeast(1, "the number of rounds", rounds);
    }
}
