package dev.assay.explain.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BootstrapTest {
    private final Oracles oracles = Oracles.read();

    BootstrapTest() throws IOException {}

    @Test
    void intervalsEqualTheOracle() {
        double[] features = oracles.numbers("features");
        ScoreInterval interval = Bootstrap.DEFAULT.interval(features);
        assertEquals(Arrays.stream(features).average().getAsDouble(), interval.mean(), 1e-12);
        assertArrayEquals(oracles.numbers("interval"), new double[] {interval.low(), interval.high()}, 2e-3);
        RowDifference difference = Bootstrap.DEFAULT.paired(features, oracles.numbers("baseline"));
        assertEquals(oracles.number("difference"), difference.mean(), 1e-12);
        assertArrayEquals(
                oracles.numbers("difference_interval"), new double[] {difference.low(), difference.high()}, 2e-3);
        assertEquals(oracles.number("difference_p"), difference.pValue(), 0.02);
        assertEquals(25, difference.features());
    }

    @Test
    void seedDeterminesTheDraws() {
        double[] features = oracles.numbers("features");
        assertEquals(new Bootstrap(500, 7).interval(features), new Bootstrap(500, 7).interval(features));
        assertTrue(!new Bootstrap(500, 7).interval(features).equals(new Bootstrap(500, 8).interval(features)));
    }

    @Test
    void pairingRemovesTheVarianceThatRowsShare() {
        SplittableRandom random = new SplittableRandom(1);
        double[] row = new double[40];
        double[] baseline = new double[40];
        double[] reversed = new double[40];
        for (int i = 0; i < row.length; i++) {
            baseline[i] = random.nextDouble();
            row[i] = baseline[i] + 0.02 + 0.01 * random.nextDouble();
            reversed[row.length - 1 - i] = baseline[i];
        }
        RowDifference paired = new Bootstrap(1000, 0).paired(row, baseline);
        RowDifference unpaired = new Bootstrap(1000, 0).paired(row, reversed);
        assertEquals(unpaired.mean(), paired.mean(), 1e-12);
        assertTrue(paired.low() > 0 && unpaired.low() < 0);
        assertEquals(2.0 / 1001, paired.pValue(), 1e-12);
    }

    @Test
    void nullComparisonsAreRejectedAtTheirNominalRateAndIntervalsCover() {
        SplittableRandom random = new SplittableRandom(5);
        int trials = 400;
        int rejected = 0;
        int covered = 0;
        for (int trial = 0; trial < trials; trial++) {
            double[] first = new double[40];
            double[] second = new double[40];
            for (int i = 0; i < first.length; i++) {
                double shared = random.nextDouble();
                first[i] = shared + random.nextDouble();
                second[i] = shared + random.nextDouble();
            }
            rejected += new Bootstrap(400, trial).paired(first, second).pValue() <= 0.05 ? 1 : 0;
            covered += new Bootstrap(400, trial).interval(first).contains(1) ? 1 : 0;
        }
        // Three standard errors of a share of 0.05 in 400 trials are 0.033; the percentile bootstrap is slightly too
        // narrow.
        assertTrue(rejected >= 0.02 * trials && rejected <= 0.09 * trials, rejected + " rejected");
        assertTrue(covered >= 0.91 * trials && covered <= 0.98 * trials, covered + " covered");
    }

    @Test
    void equalRowsDoNotDiffer() {
        double[] row = {0.2, 0.4, 0.9};
        RowDifference difference = Bootstrap.DEFAULT.paired(row, row);
        assertEquals(new RowDifference(0, 0, 0, 1, 3), difference);
    }

    @Test
    void holmCorrectionEqualsTheOracle() {
        double[] pValues = oracles.numbers("p_values");
        assertArrayEquals(oracles.numbers("holm"), HolmCorrection.adjust(pValues), 1e-12);
        List<RowDifference> rows = Arrays.stream(pValues)
                .mapToObj(p -> new RowDifference(0.1, 0, 0.2, p, 10))
                .toList();
        assertArrayEquals(
                oracles.numbers("holm"),
                RowDifference.adjusted(rows).stream()
                        .mapToDouble(RowDifference::pValue)
                        .toArray(),
                1e-12);
        assertArrayEquals(new double[0], HolmCorrection.adjust(new double[0]));
        assertThrows(InvalidInputException.class, () -> HolmCorrection.adjust(new double[] {1.2}));
    }

    @Test
    void holmCorrectionControlsFalseRejectionsAmongRows() {
        SplittableRandom random = new SplittableRandom(9);
        int trials = 2000;
        int plain = 0;
        int corrected = 0;
        for (int trial = 0; trial < trials; trial++) {
            double[] pValues = random.doubles(8).toArray();
            plain += Arrays.stream(pValues).anyMatch(p -> p <= 0.05) ? 1 : 0;
            corrected += Arrays.stream(HolmCorrection.adjust(pValues)).anyMatch(p -> p <= 0.05) ? 1 : 0;
        }
        assertTrue(plain > 0.3 * trials, plain + " without a correction");
        assertTrue(corrected < 0.065 * trials, corrected + " with the correction");
    }

    @Test
    void unusableScoresAreRejected() {
        assertThrows(InvalidInputException.class, () -> Bootstrap.DEFAULT.interval(new double[0]));
        assertThrows(InvalidInputException.class, () -> Bootstrap.DEFAULT.interval(new double[] {Double.NaN}));
        assertThrows(InvalidInputException.class, () -> Bootstrap.DEFAULT.paired(new double[2], new double[3]));
        assertThrows(InvalidInputException.class, () -> new Bootstrap(10, 0));
    }
}
