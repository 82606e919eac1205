package dev.assay.evaluate;

import dev.assay.sae.SparseCodes;

/**
 * Counts of tokens that latents predict to have a concept, for every threshold, a share of the maximum of the latent. An activation above
 * one threshold is above all lower ones, so each active latent is counted once, at the highest threshold below it.
 */
final class ConceptCounts {
    private final double[] shares; // ascending
    private final float[] largest; // [latents]
    private final int concepts;
    private final int[][]
            predicted; // [thresholds][latents]; before the call of finish, only of the highest threshold of each
    // activation
    private final int[][] correct; // [thresholds][latents · concepts], likewise
    private final long[] positives;

    /**
     * Creates counts of no token.
     *
     * @param shares the thresholds as shares of the maximum of a latent, ascending
     * @param largest the maximum of each latent, [latents]
     * @param concepts the number of concepts
     */
    ConceptCounts(double[] shares, float[] largest, int concepts) {
        this.shares = shares.clone();
        this.largest = largest.clone();
        this.concepts = concepts;
        this.predicted = new int[shares.length][largest.length];
        this.correct = new int[shares.length][Math.multiplyExact(largest.length, concepts)];
        this.positives = new long[concepts];
    }

    /** Raises the maximum of each latent to that of some codes. */
    static void raise(float[] largest, SparseCodes codes) {
        long[] latents = codes.indices().toLongArray();
        float[] values = codes.values().toFloatArray();
        for (int entry = 0; entry < values.length; entry++) {
            int latent = (int) latents[entry];
            largest[latent] = Math.max(largest[latent], values[entry]);
        }
    }

    /**
     * Adds tokens.
     *
     * @param codes one row per token
     * @param labels bit i of each token is concept i
     * @param first the index of the label of the first row
     */
    void add(SparseCodes codes, long[] labels, int first) {
        long[] offsets = codes.offsets().toLongArray();
        long[] latents = codes.indices().toLongArray();
        float[] values = codes.values().toFloatArray();
        for (int row = 0; row < offsets.length; row++) {
            long label = labels[first + row];
            for (long rest = label; rest != 0; rest &= rest - 1) {
                positives[Long.numberOfTrailingZeros(rest)]++;
            }
            int end = row + 1 < offsets.length ? (int) offsets[row + 1] : values.length;
            for (int entry = (int) offsets[row]; entry < end; entry++) {
                add((int) latents[entry], values[entry], label);
            }
        }
    }

    private void add(int latent, float value, long label) {
        int threshold = shares.length - 1;
        while (threshold >= 0 && !(value > largest[latent] * (float) shares[threshold])) {
            threshold--;
        }
        if (threshold < 0) {
            return;
        }
        predicted[threshold][latent]++;
        int[] counts = correct[threshold];
        for (long rest = label; rest != 0; rest &= rest - 1) {
            counts[latent * concepts + Long.numberOfTrailingZeros(rest)]++;
        }
    }

    /** Adds the counts of each threshold to those of the lower ones. */
    void finish() {
        for (int threshold = shares.length - 2; threshold >= 0; threshold--) {
            accumulate(predicted[threshold], predicted[threshold + 1]);
            accumulate(correct[threshold], correct[threshold + 1]);
        }
    }

    private static void accumulate(int[] counts, int... higher) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += higher[i];
        }
    }

    /** Returns 2·TP / (predicted positives + positives); 0 if both are 0. */
    float f1(int threshold, int latent, int concept) {
        float truePositives = correct[threshold][latent * concepts + concept];
        return 2 * truePositives / Math.max(1f, predicted[threshold][latent] + positives[concept]);
    }
}
