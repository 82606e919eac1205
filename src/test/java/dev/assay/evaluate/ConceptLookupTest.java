package dev.assay.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ConceptLookupTest {
    private static final int IDS = 12;

    /** Draws tokens whose concept 0 depends on the id with the given strength, and whose concept 1 has no relation to it. */
    private static ConceptTokens draw(int count, double strength, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long[] ids = new long[count];
        long[] labels = new long[count];
        for (int i = 0; i < count; i++) {
            ids[i] = random.nextInt(IDS);
            double probability = strength * (ids[i] % 4 == 0 ? 0.9 : 0.05) + (1 - strength) * 0.3;
            labels[i] = (random.nextDouble() < probability ? 1 : 0) | (random.nextDouble() < 0.3 ? 2 : 0);
        }
        return new ConceptTokens(ids, labels);
    }

    /** Compares with every threshold on the probabilities, each tried on all training tokens. */
    @Test
    void f1EqualsThatOfTheBestOfAllThresholds() {
        for (long seed = 0; seed < 5; seed++) {
            ConceptTokens training = draw(400, 0.8, seed);
            ConceptTokens heldOut = draw(300, 0.8, 100 + seed);
            for (int concept = 0; concept < 2; concept++) {
                double[] probability = probabilities(training, concept);
                double best = Double.POSITIVE_INFINITY;
                double bestF1 = -1;
                for (double threshold : Arrays.stream(probability).sorted().toArray()) {
                    double f1 = f1(training, concept, probability, threshold);
                    if (f1 >= bestF1) { // of equal scores, the highest threshold
                        best = threshold;
                        bestF1 = f1;
                    }
                }
                assertEquals(
                        f1(heldOut, concept, probability, best),
                        new ConceptLookup(training, concept).f1(heldOut, concept),
                        1e-12);
            }
        }
    }

    private static double[] probabilities(ConceptTokens tokens, int concept) {
        double[] with = new double[IDS];
        double[] all = new double[IDS];
        for (int i = 0; i < tokens.ids().length; i++) {
            all[(int) tokens.ids()[i]]++;
            with[(int) tokens.ids()[i]] += tokens.labels()[i] >> concept & 1;
        }
        for (int id = 0; id < IDS; id++) {
            with[id] /= all[id];
        }
        return with;
    }

    private static double f1(ConceptTokens tokens, int concept, double[] probability, double threshold) {
        double truePositives = 0;
        double falsePositives = 0;
        double falseNegatives = 0;
        for (int i = 0; i < tokens.ids().length; i++) {
            boolean predicted = probability[(int) tokens.ids()[i]] >= threshold;
            boolean has = (tokens.labels()[i] >> concept & 1) == 1;
            truePositives += predicted && has ? 1 : 0;
            falsePositives += predicted && !has ? 1 : 0;
            falseNegatives += !predicted && has ? 1 : 0;
        }
        double precision = truePositives / (truePositives + falsePositives);
        double recall = truePositives / (truePositives + falseNegatives);
        return 2 * precision * recall / (precision + recall);
    }

    /** The null: a concept that is independent of the id is not detected better than by predicting it everywhere. */
    @Test
    void conceptWithoutRelationToTheTokenIsNotFound() {
        ConceptTokens training = draw(4000, 0.8, 1);
        ConceptTokens heldOut = draw(4000, 0.8, 2);
        double share = heldOut.share(1);
        double alwaysYes = 2 * share / (1 + share);
        assertTrue(new ConceptLookup(training, 1).f1(heldOut, 1) <= alwaysYes + 0.02);
        assertTrue(new ConceptLookup(training, 0).f1(heldOut, 0) > 0.7, "a concept of the token is found");
    }

    @Test
    void tokenAbsentFromTrainingIsNeverPredicted() {
        ConceptTokens training = new ConceptTokens(new long[] {3, 3, 5}, new long[] {1, 1, 0});
        ConceptLookup lookup = new ConceptLookup(training, 0);
        assertEquals(0, lookup.f1(new ConceptTokens(new long[] {4, 7}, new long[] {1, 1}), 0));
        assertEquals(1, lookup.f1(new ConceptTokens(new long[] {3, 5, 9}, new long[] {1, 0, 0}), 0));
    }

    @Test
    void conceptWithoutTrainingTokensPredictsNothing() {
        ConceptLookup lookup = new ConceptLookup(new ConceptTokens(new long[] {1, 2}, new long[] {0, 0}), 0);
        assertEquals(0, lookup.f1(new ConceptTokens(new long[] {1, 2}, new long[] {1, 0}), 0));
        assertEquals(0, lookup.f1(new ConceptTokens(new long[] {1, 2}, new long[] {0, 0}), 0), "nothing to find");
    }
}
