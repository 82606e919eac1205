package dev.assay.audit.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ScoreCalibrationTest {
    @Test
    void errorsEqualTheirDefinitions() {
        double[] probabilities = {0.05, 0.15, 0.12, 0.95, 1.0, 0.5};
        boolean[] labels = {false, true, false, true, false, true};
        ScoreCalibration calibration = ScoreCalibration.of(probabilities, labels);
        double brier = (0.05 * 0.05 + 0.85 * 0.85 + 0.12 * 0.12 + 0.05 * 0.05 + 1 + 0.25) / 6;
        assertEquals(brier, calibration.brier(), 1e-12);
        // Bins 0–0.1, 0.1–0.2, 0.5–0.6 and 0.9–1.
        double expected = (1 * 0.05 + 2 * Math.abs(0.5 - 0.135) + 1 * 0.5 + 2 * Math.abs(0.5 - 0.975)) / 6;
        assertEquals(expected, calibration.expectedError(), 1e-12);
        assertEquals(4, calibration.bins().size());
        assertEquals(2, calibration.bins().get(3).documents());
    }

    @Test
    void probabilitiesOfTheTrueFrequenciesAreCalibrated() {
        SplittableRandom random = new SplittableRandom(2);
        double[] probabilities = random.doubles(20_000).toArray();
        boolean[] labels = new boolean[probabilities.length];
        double[] wrong = new double[probabilities.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = random.nextDouble() < probabilities[i];
            wrong[i] = probabilities[i] * probabilities[i];
        }
        ScoreCalibration calibrated = ScoreCalibration.of(probabilities, labels);
        assertTrue(calibrated.expectedError() < 0.02);
        assertEquals(1.0 / 6, calibrated.brier(), 0.01);
        assertTrue(ScoreCalibration.of(wrong, labels).expectedError() > 0.1);
    }

    @Test
    void rejectsNumbersThatAreNoProbabilities() {
        assertThrows(InvalidInputException.class, () -> ScoreCalibration.of(new double[] {1.01}, new boolean[] {true}));
        assertThrows(
                InvalidInputException.class,
                () -> ScoreCalibration.of(new double[] {Double.NaN}, new boolean[] {true}));
        assertThrows(InvalidInputException.class, () -> ScoreCalibration.of(new double[0], new boolean[0]));
    }
}
