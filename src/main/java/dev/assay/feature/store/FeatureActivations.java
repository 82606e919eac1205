package dev.assay.feature.store;

import java.util.Arrays;

/**
 * The activations above 0 of one latent, in the order of the corpus. Immutable; holds a copy of 6 bytes each. A value is off by at most
 * 1/131070 of the latent's largest (1/65535 for values below that), which is itself exact; the order of values is kept.
 */
public final class FeatureActivations {
    private final StoredCorpus corpus;
    private final int[] positions; // rising
    private final char[] codes;
    private final float max;

    FeatureActivations(StoredCorpus corpus, int[] positions, char[] codes, float max) {
        this.corpus = corpus;
        this.positions = positions;
        this.codes = codes;
        this.max = max;
    }

    /**
     * Returns how many there are.
     *
     * @return the tokens on which the latent is active
     */
    public int size() {
        return positions.length;
    }

    /**
     * Returns where the latent is active.
     *
     * @param i from 0 to {@code size() - 1}
     * @return the number of the token among all tokens read, special tokens included; rises with i
     */
    public long position(int i) {
        return positions[i];
    }

    /**
     * Returns how strongly.
     *
     * @param i from 0 to {@code size() - 1}
     * @return the activation, above 0
     */
    public float value(int i) {
        return LinearCode.value(codes[i], max);
    }

    /**
     * Returns the document that the token is from.
     *
     * @param i from 0 to {@code size() - 1}
     * @return the document's number in the order of the corpus
     */
    public long document(int i) {
        return corpus.document(positions[i]);
    }

    /** All positions, rising; not to be changed. */
    int[] positions() {
        return positions;
    }

    /** All codes, in the order of the positions; not to be changed. */
    char[] codes() {
        return codes;
    }

    float max() {
        return max;
    }

    PairMoments.CodeSums sums() {
        return RowSummaries.sums(codes);
    }

    /** All codes, rising. */
    char[] rising() {
        char[] sorted = codes.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    /** What this latent and another one of the same store have in common. */
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
