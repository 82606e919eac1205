package dev.assay.feature.store;

import java.util.Arrays;

/** Collects the smallest of many keys. Keeps up to twice the limit in a buffer and sorts it only when it is full. */
public final class SmallestKeys {
    private final int limit;
    private final long[] keys;
    private int size;
    private long bound = Long.MAX_VALUE; // no key from this bound on can be among the smallest

    /**
     * Creates a collector.
     *
     * @param limit the maximum number of keys to keep, at least 0
     */
    public SmallestKeys(int limit) {
        this.limit = limit;
        keys = new long[2 * limit];
    }

    /**
     * Returns a key that sorts by descending value, then by ascending number.
     *
     * @param value the value
     * @param number the number in the lower 32 bits of the key, at least 0
     * @return the key
     */
    public static long largestFirst(float value, int number) {
        int bits = Float.floatToIntBits(value);
        int ascending = bits < 0 ? bits ^ Integer.MAX_VALUE : bits; // integers in the order of the values
        return (long) ~ascending << Integer.SIZE | number;
    }

    /**
     * Adds a key if it is among the smallest so far.
     *
     * @param key a key
     */
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

    /**
     * Returns the smallest keys.
     *
     * @return at most the limit of keys, ascending
     */
    public long[] rising() {
        Arrays.sort(keys, 0, size);
        return Arrays.copyOf(keys, Math.min(size, limit));
    }
}
