package dev.assay.activation;

import java.util.SplittableRandom;

/** Random orders that can be drawn again, so that a checkpoint need not hold them. */
public final class Permutation {
    private Permutation() {}

    /**
     * Draws an order, as Fisher and Yates do.
     *
     * @param size how many things there are
     * @param seed decides the order, with the round
     * @param round how many orders were drawn before
     * @return the numbers from 0 to {@code size - 1}
     */
    public static long[] draw(int size, long seed, long round) {
        long[] permutation = new long[size];
        SplittableRandom random = new SplittableRandom(seed ^ (0x9E3779B97F4A7C15L * (round + 1)));
        for (int i = 0; i < size; i++) {
            int j = random.nextInt(i + 1);
            permutation[i] = permutation[j];
            permutation[j] = i;
        }
        return permutation;
    }
}
