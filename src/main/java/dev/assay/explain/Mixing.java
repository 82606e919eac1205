package dev.assay.explain;

/** Stable hashes of integers (the finaliser of SplitMix64, Steele et al. 2014). They are part of the definition of the split. */
final class Mixing {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final double UNIT = 0x1.0p-53;

    private Mixing() {}

    /** Returns a hash of integers in order. */
    static long of(long... numbers) {
        long hash = 0;
        for (long number : numbers) {
            hash = finish(hash + GOLDEN + finish(number + GOLDEN));
        }
        return hash;
    }

    /** Returns the upper 53 bits of a hash as a number in [0, 1). */
    static double fraction(long hash) {
        return (hash >>> 11) * UNIT;
    }

    private static long finish(long number) {
        long mixed = (number ^ number >>> 30) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
        return mixed ^ mixed >>> 31;
    }
}
