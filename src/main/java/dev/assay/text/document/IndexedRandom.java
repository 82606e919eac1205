package dev.assay.text.document;

import java.util.SplittableRandom;

/** Random numbers that are looked up by their index, so that a place in a text can be returned to without the draws before it. */
public final class IndexedRandom {
    /** 2^64 over the golden ratio: what {@link SplittableRandom} itself adds to its state at each step. */
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final long start;

    IndexedRandom(long seed) {
        start = new SplittableRandom(seed).nextLong();
    }

    private SplittableRandom at(long index) {
        return new SplittableRandom(start + index * GOLDEN);
    }

    /** Returns a number from 0 on, below 1. */
    double fraction(long index) {
        return at(index).nextDouble();
    }

    /** Returns a whole number from 0 on, below {@code bound}. */
    int below(long index, int bound) {
        return at(index).nextInt(bound);
    }
}
