package dev.assay.model;

import dev.assay.InvalidInputException;

/**
 * How the next token is drawn.
 *
 * @param temperature divides the logits; 0 takes the most probable token
 * @param topK how many of the most probable tokens are candidates; 0 for all
 * @param seed decides every draw
 */
public record Sampling(double temperature, int topK, long seed) {
    /** Checks the numbers. */
    public Sampling {
        if (!(temperature >= 0)) {
            throw new InvalidInputException("temperature is " + temperature + ", expected at least 0");
        }
        InvalidInputException.requireAtLeast(0, "topK", topK);
    }

    /**
     * Takes the most probable token each time.
     *
     * @return the sampling
     */
    public static Sampling greedy() {
        return new Sampling(0, 1, 0);
    }

    /**
     * Draws from all tokens by their probability.
     *
     * @param seed decides every draw
     * @return the sampling
     */
    public static Sampling random(long seed) {
        return new Sampling(1, 0, seed);
    }
}
