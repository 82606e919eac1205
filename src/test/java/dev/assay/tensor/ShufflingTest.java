package dev.assay.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShufflingTest {
    private static final int SIZE = 20;

    /** Draws as stored results do: from the last element to the second. */
    private static int[] expected(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] order = IntStream.range(0, SIZE).toArray();
        for (int i = SIZE - 1; i >= 1; i--) {
            int j = random.nextInt(i + 1);
            int held = order[i];
            order[i] = order[j];
            order[j] = held;
        }
        return order;
    }

    @Test
    void shufflesAllTypesInTheSameOrder() {
        for (long seed = 0; seed < 5; seed++) {
            int[] expected = expected(seed);
            int[] integers = IntStream.range(0, SIZE).toArray();
            Shuffling.shuffle(integers, new SplittableRandom(seed));
            assertArrayEquals(expected, integers);

            List<Integer> list =
                    new ArrayList<>(IntStream.range(0, SIZE).boxed().toList());
            Shuffling.shuffle(list, new SplittableRandom(seed));
            assertArrayEquals(
                    expected, list.stream().mapToInt(Integer::intValue).toArray());

            float[] numbers = new float[SIZE];
            boolean[] labels = new boolean[SIZE];
            for (int i = 0; i < SIZE; i++) {
                numbers[i] = i;
                labels[i] = i < 7;
            }
            Shuffling.shuffle(numbers, new SplittableRandom(seed));
            Shuffling.shuffle(labels, new SplittableRandom(seed));
            for (int i = 0; i < SIZE; i++) {
                assertEquals(expected[i], numbers[i]);
                assertEquals(expected[i] < 7, labels[i]);
            }
        }
    }

    @Test
    void drawsNothingForOneElement() {
        SplittableRandom random = new SplittableRandom(3);
        Shuffling.shuffle(new int[] {4}, random);
        Shuffling.shuffle(new int[0], random);
        assertEquals(new SplittableRandom(3).nextLong(), random.nextLong());
    }
}
