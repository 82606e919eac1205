package dev.assay.train.internal.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.tensor.TorchEngine;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ActivationScaleTest {
    private static final int ROWS = 600;
    private static final int WIDTH = 16;
    private static final String SITE = "some site";

    private final NDManager manager = TorchEngine.newManager(Device.cpu());

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void scalesTheTypicalDistanceFromTheCentreToTheRootOfTheWidth() {
        // Normal deviates: the mean norm over the nearest nine tenths is slightly below √16.
        assertEquals(1.06, scale(values(), ActivationScale.Centring.BOTH), 0.05);
    }

    @Test
    void dimensionWithLargeMeanLeavesTheScaleUnchanged() {
        float[] shifted = values();
        for (int i = 5; i < shifted.length; i += WIDTH) {
            shifted[i] += 300;
        }
        double expected = scale(values(), ActivationScale.Centring.BOTH);
        assertEquals(expected, scale(shifted, ActivationScale.Centring.BOTH), 1e-3 * expected);
        assertEquals(4 / 300.0, scale(shifted, ActivationScale.Centring.NONE), 1e-3);
    }

    @Test
    void onePercentOfOutlierRowsChangesTheScaleByLessThanTwoPercent() {
        float[] outliers = values();
        for (int row = 50; row < ROWS; row += 100) {
            for (int column = 0; column < WIDTH; column++) {
                outliers[row * WIDTH + column] = 500f / (float) Math.sqrt(WIDTH);
            }
        }
        double expected = scale(values(), ActivationScale.Centring.BOTH);
        assertEquals(expected, scale(outliers, ActivationScale.Centring.BOTH), 0.02 * expected);
    }

    @ParameterizedTest
    @ValueSource(floats = {1000, 0.001f, 1e30f, 1e-30f})
    void isInverselyProportionalToTheActivations(float factor) {
        float[] multiplied = values();
        for (int i = 0; i < multiplied.length; i++) {
            multiplied[i] *= factor;
        }
        double expected = scale(values(), ActivationScale.Centring.BOTH) / factor;
        assertEquals(expected, scale(multiplied, ActivationScale.Centring.BOTH), 1e-4 * expected);
    }

    @Test
    void usesTheRowsThatAreNotZeroWhereMostAre() {
        float[] mostlyZero = new float[ROWS * WIDTH];
        for (int row = 0; row < ROWS; row += 20) {
            mostlyZero[row * WIDTH] = 2;
        }
        assertEquals(4 / (2 / 20.0), scale(mostlyZero, ActivationScale.Centring.BOTH), 1e-3);
    }

    @Test
    void equalRowsAreScaledByTheirNorm() {
        float[] equal = new float[ROWS * WIDTH];
        Arrays.fill(equal, 0.5f);
        assertEquals(2, scale(equal, ActivationScale.Centring.BOTH), 1e-3);
    }

    @Test
    void refusesActivationsThatAreAllZero() {
        InvalidInputException refused = assertThrows(
                InvalidInputException.class, () -> scale(new float[ROWS * WIDTH], ActivationScale.Centring.BOTH));
        assertEquals("every activation of some site is zero", refused.getMessage());
    }

    private double scale(float[] values, ActivationScale.Centring centring) {
        try (NDArray rows = manager.create(values, new Shape(ROWS, WIDTH))) {
            return ActivationScale.measure(rows, WIDTH, centring, SITE).input();
        }
    }

    private static float[] values() {
        SplittableRandom random = new SplittableRandom(7);
        float[] values = new float[ROWS * WIDTH];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
