package dev.assay.text.document;

import java.util.SplittableRandom;

/** Random numbers by index, so that a reader can seek without repeating earlier draws. */
final class IndexedRandom {
    /** 2^64 divided by the golden ratio, the increment of {@link SplittableRandom}'s own state. */
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final long start;

    IndexedRandom(long seed) {
        start = new SplittableRandom(seed).nextLong();
    }

    private SplittableRandom at(long index) {
        return new SplittableRandom(start + index * GOLDEN);
    }

    /** Returns a number in [0, 1). */
    double fraction(long index) {
        return at(index).nextDouble();
    }

    /** Returns an integer in [0, bound). */
    int below(long index, int bound) {
        return at(index).nextInt(bound);
    }
}
