package dev.assay.experiment.transformers;

import dev.assay.evaluate.similarity.DictionaryComparison;
import dev.assay.evaluate.similarity.DictionarySimilarity;
import dev.assay.sae.Dictionary;
import java.util.Arrays;
import java.util.List;

/**
 * The latents of a dictionary that a larger one confirms: pairs are one to one with the largest sum of cosines (the Hungarian method), and a pair
 * with a cosine of at least {@value #SAME} is one feature.
 *
 * @param share the share of the smaller dictionary's latents that are matched
 * @param random the share with random directions in place of the larger dictionary
 * @param cosines the cosine of each pair
 */
record SizeMatching(double share, double random, double[] cosines) {
    /** The smallest cosine of equal directions, as in the replication. */
    static final double SAME = 0.9;

    private static final int DRAWS = 2;

    /** Matches a dictionary with a larger one. */
    static SizeMatching of(Dictionary smaller, Dictionary larger, long seed) {
        DictionarySimilarity similarity = DictionaryComparison.of(smaller, larger)
                .matchedFrom(SAME)
                .draws(DRAWS)
                .seed(seed)
                .run();
        // There are only as many pairs as the smaller side has latents.
        double pairs = (double) similarity.matchedCosines().length / similarity.latentsOfA();
        return new SizeMatching(
                similarity.matchedShare().value() * pairs,
                similarity.matchedShare().random() * pairs,
                similarity.matchedCosines());
    }

    /**
     * Returns the least-squares slope of the number of confirmed latents over the number of latents: 1 if each additional latent is confirmed,
     * 0 if the number is saturated.
     *
     * @param sizes at least two different sizes
     * @param found the number of confirmed latents of each size
     */
    static double slope(List<Integer> sizes, double[] found) {
        double x = sizes.stream().mapToInt(Integer::intValue).average().orElseThrow();
        double y = Arrays.stream(found).average().orElseThrow();
        double products = 0;
        double squares = 0;
        for (int i = 0; i < found.length; i++) {
            products += (sizes.get(i) - x) * (found[i] - y);
            squares += (sizes.get(i) - x) * (sizes.get(i) - x);
        }
        return products / squares;
    }
}
