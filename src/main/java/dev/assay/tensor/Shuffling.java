package dev.assay.tensor;

import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Random permutations in place (Fisher and Yates). A shuffle of n elements draws {@code nextInt(i + 1)} for i from n − 1 to 1, so that the
 * order depends only on the state of the generator and on n.
 */
public final class Shuffling {
    private Shuffling() {}

    private interface Swap {
        void swap(int i, int j);
    }

    /**
     * Permutes the elements of a list.
     *
     * @param list a list that can be changed
     * @param random the generator
     */
    public static void shuffle(List<?> list, SplittableRandom random) {
        shuffle(list.size(), random, (i, j) -> Collections.swap(list, i, j));
    }

    /**
     * Permutes integers.
     *
     * @param values changed
     * @param random the generator
     */
    public static void shuffle(int[] values, SplittableRandom random) {
        shuffle(values.length, random, (i, j) -> {
            int value = values[i];
            values[i] = values[j];
            values[j] = value;
        });
    }

    /**
     * Permutes numbers.
     *
     * @param values changed
     * @param random the generator
     */
    public static void shuffle(float[] values, SplittableRandom random) {
        shuffle(values.length, random, (i, j) -> {
            float value = values[i];
            values[i] = values[j];
            values[j] = value;
        });
    }

    /**
     * Permutes labels.
     *
     * @param values changed
     * @param random the generator
     */
    public static void shuffle(boolean[] values, SplittableRandom random) {
        shuffle(values.length, random, (i, j) -> {
            boolean value = values[i];
            values[i] = values[j];
            values[j] = value;
        });
    }

    private static void shuffle(int size, SplittableRandom random, Swap swap) {
        for (int i = size - 1; i > 0; i--) {
            swap.swap(i, random.nextInt(i + 1));
        }
    }
}
