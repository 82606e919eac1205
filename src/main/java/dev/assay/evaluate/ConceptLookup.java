package dev.assay.evaluate;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Classifies tokens by their id alone: a token has a concept if {@code P(concept | id)}, estimated on training tokens, reaches a
 * threshold. The threshold has the highest F1 on the training tokens. An id that does not occur among them has probability 0.
 *
 * <p>F1 is {@code 2·TP / (predicted + positives)}, and 0 if both are 0.
 */
final class ConceptLookup {
    private final long[] occurrences; // by id
    private final long[] concepts; // by id, how often with the concept
    private final double threshold;

    /**
     * Counts the training tokens and selects the threshold.
     *
     * @param tokens training tokens with labels
     * @param concept the index of the concept
     */
    ConceptLookup(ConceptTokens tokens, int concept) {
        int ids = 1 + Math.toIntExact(Arrays.stream(tokens.ids()).max().orElse(-1));
        occurrences = new long[ids];
        concepts = new long[ids];
        for (int i = 0; i < tokens.ids().length; i++) {
            int id = (int) tokens.ids()[i];
            occurrences[id]++;
            concepts[id] += tokens.has(i, concept) ? 1 : 0;
        }
        threshold = bestThreshold();
    }

    private double bestThreshold() {
        int[] byProbability = IntStream.range(0, occurrences.length)
                .filter(id -> occurrences[id] > 0)
                .boxed()
                .sorted(Comparator.comparingDouble(this::probability).reversed())
                .mapToInt(Integer::intValue)
                .toArray();
        long positives = Arrays.stream(concepts).sum();
        long predicted = 0;
        long correct = 0;
        double best = Double.POSITIVE_INFINITY;
        double bestF1 = 0;
        for (int rank = 0; rank < byProbability.length; rank++) {
            int id = byProbability[rank];
            predicted += occurrences[id];
            correct += concepts[id];
            boolean tied = rank + 1 < byProbability.length && probability(byProbability[rank + 1]) == probability(id);
            double f1 = f1(correct, predicted, positives);
            if (!tied && f1 > bestF1) {
                best = probability(id);
                bestF1 = f1;
            }
        }
        return best;
    }

    private double probability(int id) {
        return id < occurrences.length && occurrences[id] > 0 ? (double) concepts[id] / occurrences[id] : 0;
    }

    /** Returns the F1 of the classification of other tokens. */
    double f1(ConceptTokens tokens, int concept) {
        long correct = 0;
        long predicted = 0;
        long positives = 0;
        for (int i = 0; i < tokens.ids().length; i++) {
            boolean has = tokens.has(i, concept);
            boolean predicts = probability((int) tokens.ids()[i]) >= threshold;
            positives += has ? 1 : 0;
            predicted += predicts ? 1 : 0;
            correct += has && predicts ? 1 : 0;
        }
        return f1(correct, predicted, positives);
    }

    private static double f1(long correct, long predicted, long positives) {
        return predicted + positives == 0 ? 0 : 2.0 * correct / (predicted + positives);
    }
}
