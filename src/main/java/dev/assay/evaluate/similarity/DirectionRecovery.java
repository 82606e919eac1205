package dev.assay.evaluate.similarity;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Scope;
import java.util.Arrays;

/**
 * How well a dictionary recovers known directions. Pairs are one to one with the largest sum of cosines (the Hungarian method).
 *
 * @param truths the number of known directions
 * @param atoms the number of directions of the dictionary
 * @param truthToDictionary the mean over known directions of the largest cosine with a direction of the dictionary
 * @param dictionaryToTruth the mean over directions of the dictionary of the largest cosine with a known direction
 * @param found the number of pairs whose cosine is at least the threshold
 */
public record DirectionRecovery(int truths, int atoms, double truthToDictionary, double dictionaryToTruth, int found) {
    /**
     * Compares directions of any norm.
     *
     * @param truth the known directions, [m, d]
     * @param dictionary [n, d]
     * @param threshold the smallest cosine of a pair that counts as found
     * @return the figures
     * @throws dev.assay.InvalidInputException if the widths differ
     */
    public static DirectionRecovery of(NDArray truth, NDArray dictionary, double threshold) {
        DictionaryComparison.requireSameWidth(truth, dictionary);
        try (Scope scope = Scope.open()) {
            Cosines cosines = new Cosines(truth, dictionary);
            Cosines.Largest largest = cosines.largest();
            long found = Arrays.stream(cosines.matching().cosines())
                    .filter(cosine -> cosine >= threshold)
                    .count();
            return new DirectionRecovery(
                    largest.ofA().length, largest.ofB().length, mean(largest.ofA()), mean(largest.ofB()), (int) found);
        }
    }

    /**
     * Computes MMCS alone, without matching.
     *
     * @param a [m, d]
     * @param b [n, d]
     * @return the mean over the rows of a of the largest cosine with a row of b
     * @throws dev.assay.InvalidInputException if the widths differ
     */
    public static double mmcs(NDArray a, NDArray b) {
        DictionaryComparison.requireSameWidth(a, b);
        try (Scope scope = Scope.open()) {
            return mean(new Cosines(a, b).largest().ofA());
        }
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    /**
     * Returns the share of known directions that were found.
     *
     * @return found / truths
     */
    public double recall() {
        return (double) found / truths;
    }

    /**
     * Returns the share of the dictionary's directions that are a known direction.
     *
     * @return found / atoms
     */
    public double precision() {
        return (double) found / atoms;
    }
}
