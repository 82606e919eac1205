package dev.assay.model;

import dev.assay.InvalidInputException;

/**
 * The choice of the next token.
 *
 * @param temperature the divisor of the logits; 0 selects the most probable token
 * @param topK the number of most probable tokens to draw from; 0 means all
 * @param seed the seed of the random stream
 */
public record Sampling(double temperature, int topK, long seed) {
    /** Checks the numbers. */
    public Sampling {
        if (!(temperature >= 0)) {
            throw new InvalidInputException("temperature is " + temperature + ", expected at least 0");
        }
        InvalidInputException.requireAtLeast(0, "topK", topK);
    }

    /** {@return the choice of the most probable token} */
    public static Sampling greedy() {
        return new Sampling(0, 1, 0);
    }

    /** {@return draws from all tokens with their probability} */
    public static Sampling random(long seed) {
        return new Sampling(1, 0, seed);
    }
}
