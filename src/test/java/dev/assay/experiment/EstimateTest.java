package dev.assay.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EstimateTest {
    @Test
    void quantilesEqualPublishedTables() {
        // The table of the t distribution, 0.975 quantiles.
        assertEquals(12.7062047364, StudentT.twoSided(0.95, 1), 1e-9);
        assertEquals(4.3026527297, StudentT.twoSided(0.95, 2), 1e-9);
        assertEquals(2.7764451052, StudentT.twoSided(0.95, 4), 1e-9);
        assertEquals(2.0452296421, StudentT.twoSided(0.95, 29), 1e-9);
        // The expansion of 26.7.5 in Abramowitz and Stegun for many degrees of freedom.
        assertEquals(1.9602012362, StudentT.twoSided(0.95, 10_000), 1e-8);
    }

    @Test
    void intervalOverSeedsIsMeanPlusMinusQuantileTimesStandardError() {
        Estimate estimate = Estimate.overSeeds(1, 2, 3, 4, 5);
        double half = 2.7764451052 * Math.sqrt(2.5) / Math.sqrt(5);
        assertEquals(3, estimate.mean(), 1e-12);
        assertEquals(3 - half, estimate.low(), 1e-9);
        assertEquals(3 + half, estimate.high(), 1e-9);
        assertEquals("3.0 ± 2.0", estimate.text());
        assertTrue(estimate.isAbove(1));
        assertFalse(estimate.isAbove(1.5));
    }

    @Test
    void intervalCoversTheMeanOfNormalNumbersInNinetyFivePercentOfSamples() {
        SplittableRandom random = new SplittableRandom(1);
        int covered = 0;
        for (int i = 0; i < 4000; i++) {
            double[] sample = random.doubles(5).map(u -> random.nextGaussian()).toArray();
            Estimate estimate = Estimate.overSeeds(sample);
            covered += estimate.low() <= 0 && 0 <= estimate.high() ? 1 : 0;
        }
        assertEquals(0.95, covered / 4000.0, 0.012);
    }

    @Test
    void singleValueHasNoInterval() {
        Estimate estimate = Estimate.overSeeds(0.5);
        assertFalse(estimate.hasInterval());
        assertEquals("0.500", estimate.text());
        assertFalse(estimate.isAbove(0));
    }

    @Test
    void bootstrapIntervalIsCloseToTheNormalOneAndReproducible() {
        SplittableRandom random = new SplittableRandom(3);
        double[] values = random.doubles(400).toArray();
        Estimate estimate = Estimate.bootstrap(values, 7);
        double half = 1.96 * Math.sqrt(1 / 12.0 / 400);
        assertEquals(estimate.mean() - half, estimate.low(), 0.1 * half);
        assertEquals(estimate.mean() + half, estimate.high(), 0.1 * half);
        assertEquals(estimate, Estimate.bootstrap(values, 7));
    }

    @Test
    void differenceIsPaired() {
        Estimate estimate = Estimate.difference(new double[] {1, 2, 3}, new double[] {0.5, 1.5, 2.5});
        assertEquals(0.5, estimate.mean(), 1e-12);
        assertEquals(0.5, estimate.low(), 1e-12);
    }
}
