package dev.assay.feature.store;

import java.util.Arrays;

/**
 * The activations above 0 of one latent, in corpus order. Immutable; uses 6 bytes per activation. The maximum activation is exact. Other
 * values have an error of at most 1/131070 of the maximum (1/65535 for values smaller than that) and keep their order.
 */
public final class FeatureActivations {
    private final StoredCorpus corpus;
    private final int[] positions; // ascending
    private final char[] codes;
    private final float max;

    FeatureActivations(StoredCorpus corpus, int[] positions, char[] codes, float max) {
        this.corpus = corpus;
        this.positions = positions;
        this.codes = codes;
        this.max = max;
    }

    /**
     * Returns the number of activations.
     *
     * @return the number of tokens on which the latent is active
     */
    public int size() {
        return positions.length;
    }

    /**
     * Returns the position of an activation.
     *
     * @param i the index of the activation, from 0 to {@code size() - 1}
     * @return the position of the token in the store, special tokens included; ascending in i
     */
    public long position(int i) {
        return positions[i];
    }

    /**
     * Returns the value of an activation.
     *
     * @param i the index of the activation, from 0 to {@code size() - 1}
     * @return the activation, above 0
     */
    public float value(int i) {
        return LinearCode.value(codes[i], max);
    }

    /**
     * Returns the document of an activation.
     *
     * @param i the index of the activation, from 0 to {@code size() - 1}
     * @return the index of the document in corpus order
     */
    public long document(int i) {
        return corpus.document(positions[i]);
    }

    /** Returns all positions, ascending. Shared array: callers must not modify it. */
    int[] positions() {
        return positions;
    }

    /** Returns all codes by position. Shared array: callers must not modify it. */
    char[] codes() {
        return codes;
    }

    float max() {
        return max;
    }

    PairMoments.CodeSums sums() {
        return RowSummaries.sums(codes);
    }

    /** Returns a copy of the codes in ascending order. */
    char[] rising() {
        char[] sorted = codes.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    /** Returns the joint sums of this latent and another latent of the same store. */
    PairMoments with(FeatureActivations other, long tokens) {
        long together = 0;
        long product = 0;
        for (int i = 0, j = 0; i < size() && j < other.size(); ) {
            int here = positions[i];
            int there = other.positions[j];
            if (here == there) {
                together++;
                product += (long) codes[i] * other.codes[j];
            }
            i += here <= there ? 1 : 0;
            j += there <= here ? 1 : 0;
        }
        return new PairMoments(tokens, sums(), other.sums(), together, product);
    }
}
