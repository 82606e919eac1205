package dev.assay.activation;

import java.util.SplittableRandom;

/** Reproducible random permutations, which checkpoints need not store. */
public final class Permutation {
    private Permutation() {}

    /**
     * Draws a permutation (Fisher and Yates).
     *
     * @param size the number of elements
     * @param seed the seed, used together with the round
     * @param round the number of permutations drawn before
     * @return the numbers from 0 to {@code size - 1} in random order
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
