package dev.assay.evaluate;

import java.io.Serializable;

/**
 * Active latents on the text of one file.
 *
 * @param tokens the number of activations
 * @param active the number of active latents, summed over the activations
 */
public record SourceSums(long tokens, long active) implements Serializable {
    /**
     * Returns the sums over these activations and others of the file.
     *
     * @param other the sums over the others
     * @return the sums over both
     */
    SourceSums plus(SourceSums other) {
        return new SourceSums(tokens + other.tokens, active + other.active);
    }
}
