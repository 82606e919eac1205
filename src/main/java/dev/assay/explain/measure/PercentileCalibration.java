package dev.assay.explain.measure;

import dev.assay.InvalidInputException;
import java.util.Arrays;

/**
 * Maps the nth percentile of the simulated activations to the nth percentile of the true ones, by linear interpolation between the sorted
 * lists. Values outside the range of the calibration data map to its ends.
 */
public final class PercentileCalibration implements Calibration {
    private final double[] simulated;
    private final double[] truth;

    private PercentileCalibration(double[] simulated, double[] truth) {
        this.simulated = simulated;
        this.truth = truth;
    }

    /**
     * Fits the map.
     *
     * @param truth n true activations, n at least 1
     * @param simulated n simulated activations
     * @return the map
     * @throws InvalidInputException if the lengths differ, are 0, or a number is not finite
     */
    public static PercentileCalibration fit(double[] truth, double[] simulated) {
        Arguments.requireEqual("true and simulated activations", truth.length, simulated.length);
        InvalidInputException.require(truth.length > 0, "there are no tokens to calibrate on, expected at least one");
        for (int i = 0; i < truth.length; i++) {
            Arguments.requireFinite("a true activation", truth[i]);
            Arguments.requireFinite("a simulated activation", simulated[i]);
        }
        return new PercentileCalibration(sorted(simulated), sorted(truth));
    }

    private static double[] sorted(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    @Override
    public double apply(double value) {
        int last = simulated.length - 1;
        if (value < simulated[0]) {
            return truth[0];
        }
        if (value >= simulated[last]) {
            return truth[last];
        }
        // The last entry that is not larger: among equal simulated activations the one with the largest true
        // activation.
        int low = 0;
        int high = last;
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (simulated[middle] <= value) {
                low = middle;
            } else {
                high = middle;
            }
        }
        double slope = (truth[low + 1] - truth[low]) / (simulated[low + 1] - simulated[low]);
        return simulated[low] == value ? truth[low] : truth[low] + slope * (value - simulated[low]);
    }
}
