package dev.assay.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PairedDifferenceTest {
    private static final int PER_CONTEXT = 7;

    /** Compares sums over batches with the two definitions, computed in a second pass over all differences. */
    @Test
    void standardErrorEqualsTheLargerOfBothDefinitions() {
        SplittableRandom random = new SplittableRandom(3);
        for (double shared : new double[] {0, 0.8}) {
            double[] reference = new double[20 * PER_CONTEXT];
            double[] losses = new double[reference.length];
            double ofContext = 0;
            for (int i = 0; i < losses.length; i++) {
                ofContext = i % PER_CONTEXT == 0 ? shared * random.nextGaussian() : ofContext;
                reference[i] = 3 + random.nextGaussian();
                losses[i] = reference[i] + 0.1 + ofContext + 0.3 * random.nextGaussian();
            }
            PairedDifference sums = new PairedDifference();
            for (int from = 0; from < losses.length; from += 4 * PER_CONTEXT) {
                int to = from + 4 * PER_CONTEXT;
                sums.add(Arrays.copyOfRange(losses, from, to), Arrays.copyOfRange(reference, from, to), PER_CONTEXT);
            }
            double ofPredictions = standardError(losses, reference, 1);
            double ofContexts = standardError(losses, reference, PER_CONTEXT);
            assertEquals(Math.max(ofPredictions, ofContexts), sums.standardError(), 1e-12);
            assertTrue(shared == 0 || ofContexts > 1.5 * ofPredictions, "contexts differ more than their predictions");
        }
    }

    /** The standard deviation of the means of groups, divided by the root of the number of groups. */
    private static double standardError(double[] losses, double[] reference, int size) {
        int groups = losses.length / size;
        double[] means = new double[groups];
        for (int i = 0; i < losses.length; i++) {
            means[i / size] += (losses[i] - reference[i]) / size;
        }
        double mean = Arrays.stream(means).average().orElseThrow();
        double squares =
                Arrays.stream(means).map(one -> (one - mean) * (one - mean)).sum();
        return Math.sqrt(squares / (groups - 1) / groups);
    }

    /** Without a difference in expectation, the rise exceeds two standard errors in one of forty cases, 5 of 200. */
    @Test
    void noiseRarelyExceedsTwoStandardErrors() {
        SplittableRandom random = new SplittableRandom(11);
        int exceeded = 0;
        for (int draw = 0; draw < 200; draw++) {
            PairedDifference sums = new PairedDifference();
            for (int context = 0; context < 30; context++) {
                double ofContext = 0.5 * random.nextGaussian();
                double[] losses = random.doubles(PER_CONTEXT)
                        .map(x -> x - 0.5 + ofContext)
                        .toArray();
                sums.add(losses, new double[PER_CONTEXT], PER_CONTEXT);
            }
            exceeded += sums.mean() > LossRecovered.STANDARD_ERRORS * sums.standardError() ? 1 : 0;
        }
        assertTrue(exceeded >= 1 && exceeded <= 14, exceeded + " of 200");
    }

    @Test
    void onePredictionHasNoStandardError() {
        PairedDifference sums = new PairedDifference();
        sums.add(new double[] {2}, new double[] {1}, 1);
        assertEquals(1, sums.mean());
        assertTrue(Double.isNaN(sums.standardError()));
        PairedDifference none = new PairedDifference();
        none.add(new double[0], new double[0], 0);
        assertTrue(Double.isNaN(none.standardError()));
    }
}
