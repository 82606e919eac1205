package dev.assay.train.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.train.spi.OptimizerOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptimizerOptionsTest {
    private static OptimizerOptions options(double warmUp, double decay) {
        return new OptimizerOptions(2, 0.9, 0.999, warmUp, decay, 1, true);
    }

    @Test
    void rateFollowsWarmUpPlateauAndDecay() {
        OptimizerOptions options = options(0.1, 0.2);
        double[] expected = new double[50];
        for (int step = 0; step < 50; step++) {
            double rising = step < 5 ? (step + 1) / 5.0 : 1;
            double falling = step > 40 ? (50 - step) / 10.0 : 1;
            expected[step] = 2 * rising * falling;
        }
        for (int step = 0; step < 50; step++) {
            assertEquals(expected[step], options.rate(step, 50), 1e-12, "step " + step);
        }
    }

    @Test
    void rateIsPositiveAndAtMostThePeak() {
        for (int steps : new int[] {1, 2, 3, 19, 20, 21, 1000}) {
            for (double share : new double[] {0, 0.05, 0.5, 1}) {
                OptimizerOptions options = options(share, share);
                for (int step = 0; step < steps; step++) {
                    double rate = options.rate(step, steps);
                    assertTrue(rate > 0 && rate <= 2, steps + " steps, share " + share + ": " + rate);
                }
            }
        }
        assertEquals(2, options(0, 0).rate(0, 7));
        assertEquals(2, options(0, 0).rate(6, 7));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0.9, 0.999, 0.1, 0.1, 1, 'learning rate is 0.0, expected a positive number'",
        "NaN, 0.9, 0.999, 0.1, 0.1, 1, 'learning rate is NaN, expected a positive number'",
        "1, 1, 0.999, 0.1, 0.1, 1, 'beta1 is 1.0, expected 0 ≤ beta1 < 1'",
        "1, 0.9, -1, 0.1, 0.1, 1, 'beta2 is -1.0, expected 0 ≤ beta2 < 1'",
        "1, 0.9, 0.999, 1.5, 0.1, 1, 'warm-up is 1.5, expected a share between 0 and 1'",
        "1, 0.9, 0.999, 0.1, NaN, 1, 'decay is NaN, expected a share between 0 and 1'",
        "1, 0.9, 0.999, 0.1, 0.1, -1, 'clip norm is -1.0, expected 0 or more'"
    })
    void refusesValuesOutOfRangeByName(
            double rate, double beta1, double beta2, double warmUp, double decay, double clip, String message) {
        InvalidInputException refused = assertThrows(
                InvalidInputException.class, () -> new OptimizerOptions(rate, beta1, beta2, warmUp, decay, clip, true));
        assertEquals(message, refused.getMessage());
    }

    @Test
    void defaultRateFallsWithTheRootOfTheNumberOfLatents() {
        assertEquals(0.0056, OptimizerOptions.rateFor(1024), 1e-12);
        assertEquals(0.0028, OptimizerOptions.rateFor(4096), 1e-12);
        assertEquals(OptimizerOptions.HIGHEST_RATE, OptimizerOptions.rateFor(1));
    }

    @Test
    void defaultRateOfShortRunsIsHigherByTheRootOfTheRatioOfTheSteps() {
        OptimizerOptions usual = OptimizerOptions.of(0.004);
        assertEquals(usual, usual.forSteps(400));
        assertEquals(usual, usual.forSteps(100_000));
        assertEquals(0.008, usual.forSteps(100).learningRate(), 1e-12);
        assertEquals(OptimizerOptions.HIGHEST_RATE, usual.forSteps(1).learningRate());
        assertEquals(0.05, OptimizerOptions.of(0.05).forSteps(100).learningRate());
    }
}
