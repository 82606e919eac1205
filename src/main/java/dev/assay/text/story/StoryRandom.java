package dev.assay.text.story;

import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;

/** The random choices of one story. */
final class StoryRandom {
    private final SplittableRandom random;

    StoryRandom(long seed, int index) {
        // Mixing is needed because adjacent seeds of SplittableRandom yield shifted copies of one sequence.
        random = new SplittableRandom(mix(mix(seed) + index));
    }

    /** Finaliser of MurmurHash3: every output bit depends on every input bit. */
    private static long mix(long value) {
        long mixed = (value ^ value >>> 33) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ mixed >>> 33;
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    /** Returns an integer between {@code least} and {@code most}, both inclusive. */
    int between(int least, int most) {
        return random.nextInt(least, most + 1);
    }

    <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /** Draws an element that is not in {@code avoided}; at least one must remain. */
    <T> T pickOther(List<T> choices, Collection<?> avoided) {
        T choice = pick(choices);
        while (avoided.contains(choice)) {
            choice = pick(choices);
        }
        return choice;
    }
}
