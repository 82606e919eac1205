package dev.assay.explain.measure;

import dev.assay.InvalidInputException;
import java.util.List;

/** Cosine similarities of text embeddings. */
public final class EmbeddingSimilarity {
    private EmbeddingSimilarity() {}

    /**
     * Returns the cosine of two vectors.
     *
     * @param first n numbers
     * @param second n numbers
     * @return from −1 to 1; 0 if a vector is 0
     * @throws InvalidInputException if the lengths differ
     */
    public static double cosine(double[] first, double[] second) {
        Arguments.requireEqual("entries of two embeddings", first.length, second.length);
        double product = 0;
        double squaresFirst = 0;
        double squaresSecond = 0;
        for (int i = 0; i < first.length; i++) {
            product += first[i] * second[i];
            squaresFirst += first[i] * first[i];
            squaresSecond += second[i] * second[i];
        }
        double scale = Math.sqrt(squaresFirst) * Math.sqrt(squaresSecond);
        return scale > 0 ? Math.max(-1, Math.min(1, product / scale)) : 0;
    }

    /**
     * Returns how much nearer a query is to positive than to negative examples: {@code mean cos(query, positives) − mean cos(query,
     * negatives)}. delphi's example embedding compares this difference for an activating and a silent query.
     *
     * @param query an embedding
     * @param positives embeddings of activating examples, at least one
     * @param negatives embeddings of silent examples, at least one
     * @return from −2 to 2
     * @throws InvalidInputException without positives or negatives, or if lengths differ
     */
    public static double preference(double[] query, List<double[]> positives, List<double[]> negatives) {
        return mean(query, positives, "positive") - mean(query, negatives, "negative");
    }

    private static double mean(double[] query, List<double[]> examples, String kind) {
        return examples.stream()
                .mapToDouble(example -> cosine(query, example))
                .average()
                .orElseThrow(
                        () -> new InvalidInputException("there are no " + kind + " examples, expected at least one"));
    }
}
