package dev.assay.feature.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The most similar latent of the other dictionary, for every latent of two dictionaries. */
final class BestMatches {
    static final int NONE = -1;

    private final int[] partnersOfA;
    private final double[] valuesOfA;
    private final int[] partnersOfB;
    private final double[] valuesOfB;

    BestMatches(int latentsOfA, int latentsOfB) {
        partnersOfA = new int[latentsOfA];
        valuesOfA = new double[latentsOfA];
        partnersOfB = new int[latentsOfB];
        valuesOfB = new double[latentsOfB];
        Arrays.fill(partnersOfA, NONE);
        Arrays.fill(partnersOfB, NONE);
    }

    /** Adds a pair. Of equally similar latents the smallest number is kept, independent of the order. */
    void offer(int a, int b, double value) {
        offer(partnersOfA, valuesOfA, a, b, value);
        offer(partnersOfB, valuesOfB, b, a, value);
    }

    private static void offer(int[] partners, double[] values, int latent, int partner, double value) {
        int known = partners[latent];
        if (known == NONE || value > values[latent] || value == values[latent] && partner < known) {
            partners[latent] = partner;
            values[latent] = value;
        }
    }

    /** Returns the mutually most similar pairs with at least the similarity of a bound, the most similar first. */
    List<FeatureComparison.Match> mutual(double bound) {
        List<FeatureComparison.Match> pairs = new ArrayList<>();
        for (int a = 0; a < partnersOfA.length; a++) {
            int b = partnersOfA[a];
            if (b != NONE && partnersOfB[b] == a && valuesOfA[a] >= bound) {
                pairs.add(new FeatureComparison.Match(a, b, valuesOfA[a]));
            }
        }
        pairs.sort(Comparator.comparingDouble(FeatureComparison.Match::value)
                .reversed()
                .thenComparingInt(FeatureComparison.Match::latentOfA));
        return pairs;
    }

    FeatureComparison.Unmatched nearestOfA(int a) {
        return new FeatureComparison.Unmatched(a, partnersOfA[a], valuesOfA[a]);
    }

    FeatureComparison.Unmatched nearestOfB(int b) {
        return new FeatureComparison.Unmatched(b, partnersOfB[b], valuesOfB[b]);
    }

    /** Returns the mean over the latents of a of the largest similarity, 0 for a latent without any. */
    double meanOfA() {
        return Arrays.stream(valuesOfA).average().orElse(0);
    }

    double meanOfB() {
        return Arrays.stream(valuesOfB).average().orElse(0);
    }
}
