package dev.assay.feature.store;

import java.util.Arrays;

/** The few smallest of many keys, in time that hardly depends on how few: twice as many are kept, and put in order when there is no room. */
public final class SmallestKeys {
    private final int limit;
    private final long[] keys;
    private int size;
    private long bound = Long.MAX_VALUE; // no larger key can be among them

    /** Creates a collector of at most this many keys. */
    public SmallestKeys(int limit) {
        this.limit = limit;
        keys = new long[2 * limit];
    }

    /** A key for which larger values come first, equal ones by number; its lower half is the number. */
    public static long largestFirst(float value, int number) {
        int bits = Float.floatToIntBits(value);
        int rising = bits < 0 ? bits ^ Integer.MAX_VALUE : bits; // the order of the values, as integers
        return (long) ~rising << Integer.SIZE | number;
    }

    /** Adds a key if it is among the smallest so far. */
    public void offer(long key) {
        if (key >= bound || limit == 0) {
            return;
        }
        if (size == keys.length) {
            Arrays.sort(keys);
            size = limit;
            bound = keys[limit - 1];
            if (key >= bound) {
                return;
            }
        }
        keys[size++] = key;
    }

    /** Those that are left, rising. */
    public long[] rising() {
        Arrays.sort(keys, 0, size);
        return Arrays.copyOf(keys, Math.min(size, limit));
    }
}
