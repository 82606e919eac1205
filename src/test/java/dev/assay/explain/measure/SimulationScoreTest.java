package dev.assay.explain.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SimulationScoreTest {
    private static final double EXACT = 1e-12;

    private final Oracles oracles = Oracles.read();
    private final double[] truth = oracles.numbers("truth");
    private final double[] simulated = oracles.numbers("simulated");
    private final double[] weights = oracles.numbers("weights");

    SimulationScoreTest() throws IOException {}

    private static void assertScore(Oracles oracles, String name, SimulationScore score) {
        assertEquals(oracles.number(name + "/correlation"), score.correlation().value(), EXACT);
        assertEquals(oracles.number(name + "/rsquared"), score.rSquared(), EXACT);
        assertEquals(oracles.number(name + "/absolute_dev_explained"), score.absoluteDeviationExplained(), EXACT);
    }

    @Test
    void equalsTheOracleWithAndWithoutWeights() {
        SimulationAccumulator weighted = new SimulationAccumulator();
        for (int i = 0; i < truth.length; i++) {
            weighted.add(truth[i], simulated[i], weights[i]);
        }
        assertScore(oracles, "uniform", SimulationScore.of(List.of(truth), List.of(simulated)));
        assertScore(oracles, "weighted", weighted.score());
        assertEquals(
                oracles.number("corrcoef"), Correlation.of(truth, simulated).value(), EXACT);
    }

    @Test
    void correlationOfSequencesIsThatOfTheirTokensLaidEndToEnd() {
        SimulationScore whole = SimulationScore.of(List.of(truth), List.of(simulated));
        SimulationScore parts = SimulationScore.of(
                List.of(Arrays.copyOf(truth, 30), Arrays.copyOfRange(truth, 30, 80)),
                List.of(Arrays.copyOf(simulated, 30), Arrays.copyOfRange(simulated, 30, 80)));
        assertEquals(whole, parts);
        double mean = (Correlation.of(Arrays.copyOf(truth, 30), Arrays.copyOf(simulated, 30))
                                .value()
                        + Correlation.of(Arrays.copyOfRange(truth, 30, 80), Arrays.copyOfRange(simulated, 30, 80))
                                .value())
                / 2;
        assertTrue(Math.abs(whole.correlation().value() - mean) > 1e-4);
    }

    @Test
    void weightOfATokenEqualsItsRepetition() {
        SimulationAccumulator weighted = new SimulationAccumulator();
        SimulationAccumulator repeated = new SimulationAccumulator();
        for (int i = 0; i < 20; i++) {
            int times = i % 4;
            weighted.add(truth[i], simulated[i], times);
            for (int j = 0; j < times; j++) {
                repeated.add(truth[i], simulated[i], 1);
            }
        }
        assertEquals(
                repeated.score().correlation().value(),
                weighted.score().correlation().value(),
                EXACT);
        assertEquals(repeated.score().rSquared(), weighted.score().rSquared(), EXACT);
    }

    @Test
    void correlationSurvivesALargeOffset() {
        double[] shifted = Arrays.stream(truth).map(value -> value + 1e8).toArray();
        assertEquals(
                oracles.number("corrcoef"), Correlation.of(shifted, simulated).value(), 1e-7);
    }

    @Test
    void undefinedCorrelationIsZeroWithAFlag() {
        double[] zeros = new double[truth.length];
        double[] tenths = new double[truth.length];
        Arrays.fill(tenths, 0.1);
        assertEquals(new Correlation(0, true), Correlation.of(truth, zeros));
        assertEquals(new Correlation(0, true), Correlation.of(truth, tenths));
        assertEquals(new Correlation(0, true), Correlation.of(zeros, simulated));
        assertEquals(new Correlation(0, true), Correlation.of(new double[] {3}, new double[] {4}));
        assertEquals(new Correlation(0, true), Correlation.of(new double[0], new double[0]));
        assertFalse(Correlation.of(new double[] {0, 1}, new double[] {0, 1e-9}).constant());
    }

    @Test
    void silentTruthHasNoNaN() {
        SimulationScore score = SimulationScore.of(List.of(new double[3]), List.of(new double[] {0, 1, 2}));
        assertTrue(score.silent());
        assertEquals(0, score.rSquared());
        assertEquals(0, score.absoluteDeviationExplained());
        assertEquals(3, score.tokens());
    }

    @Test
    void oracleIsExactlyOne() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 200; i++) {
            double[] values = random.doubles(50, 0, 30).toArray();
            SimulationScore score = SimulationScore.of(List.of(values), List.of(values));
            assertEquals(1, score.correlation().value());
            assertEquals(1, score.rSquared());
            assertEquals(1, score.absoluteDeviationExplained());
        }
        double[] tiny = {0, 1e-100, 3e-100};
        assertEquals(1, Correlation.of(tiny, tiny).value(), EXACT);
    }

    @Test
    void sequencesOfDifferentLengthsAreRejected() {
        assertThrows(
                InvalidInputException.class, () -> SimulationScore.of(List.of(new double[3]), List.of(new double[2])));
        assertThrows(InvalidInputException.class, () -> SimulationScore.of(List.of(new double[3]), List.of()));
        assertThrows(
                InvalidInputException.class,
                () -> SimulationScore.of(List.of(new double[1]), List.of(new double[] {Double.NaN})));
    }

    @Test
    void calibrationsEqualTheOracle() {
        LinearCalibration line = LinearCalibration.fit(truth, simulated);
        assertEquals(oracles.number("slope"), line.slope(), EXACT);
        assertEquals(oracles.number("intercept"), line.intercept(), EXACT);
        double[] queries = oracles.numbers("percentile_queries");
        Calibration percentile = PercentileCalibration.fit(truth, simulated);
        assertArrayEquals(oracles.numbers("percentile"), percentile.apply(queries), EXACT);
    }

    @Test
    void linearCalibrationKeepsTheCorrelationAndImprovesTheError() {
        Calibration line = LinearCalibration.fit(truth, simulated);
        SimulationScore before = SimulationScore.of(List.of(truth), List.of(simulated));
        SimulationScore after = SimulationScore.of(List.of(truth), List.of(line.apply(simulated)));
        assertEquals(before.correlation().value(), after.correlation().value(), EXACT);
        assertTrue(after.rSquared() > before.rSquared());
    }

    @Test
    void lineOfAConstantSimulationIsTheMean() {
        LinearCalibration line = LinearCalibration.fit(new double[] {1, 2, 6}, new double[] {0.1, 0.1, 0.1});
        assertEquals(new LinearCalibration(0, 3), line);
        assertEquals(
                6,
                PercentileCalibration.fit(new double[] {1, 6, 2}, new double[] {5, 5, 5})
                        .apply(5));
    }
}
