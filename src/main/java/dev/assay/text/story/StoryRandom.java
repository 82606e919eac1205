package dev.assay.text.story;

import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;

/** The choices of one story. */
final class StoryRandom {
    private final SplittableRandom random;

    StoryRandom(long seed, int index) {
        // Both are mixed first: neighbouring seeds of a SplittableRandom give shifted copies of one sequence.
        random = new SplittableRandom(mix(mix(seed) + index));
    }

    /** The finalizer of MurmurHash3, which makes every bit depend on every other. */
    private static long mix(long value) {
        long mixed = (value ^ value >>> 33) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ mixed >>> 33;
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    /** Draws from {@code least} to {@code most}, both included. */
    int between(int least, int most) {
        return random.nextInt(least, most + 1);
    }

    <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /** Draws something that is not among {@code avoided}, which must leave a choice. */
    <T> T pickOther(List<T> choices, Collection<?> avoided) {
        T choice = pick(choices);
        while (avoided.contains(choice)) {
            choice = pick(choices);
        }
        return choice;
    }
}
