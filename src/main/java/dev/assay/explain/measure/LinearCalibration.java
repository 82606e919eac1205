package dev.assay.explain.measure;

import dev.assay.InvalidInputException;

/**
 * The least-squares line of true on simulated activations. It leaves the correlation unchanged, unless the slope is 0.
 *
 * @param slope of the line
 * @param intercept of the line
 */
public record LinearCalibration(double slope, double intercept) implements Calibration {
    /**
     * Fits the line. For constant simulated activations the slope is 0 and the intercept the mean true activation.
     *
     * @param truth n true activations, n at least 1
     * @param simulated n simulated activations
     * @return the line
     * @throws InvalidInputException if the lengths differ, are 0, or a number is not finite
     */
    public static LinearCalibration fit(double[] truth, double[] simulated) {
        Arguments.requireEqual("true and simulated activations", truth.length, simulated.length);
        InvalidInputException.require(truth.length > 0, "there are no tokens to calibrate on, expected at least one");
        double meanTrue = 0;
        double meanSimulated = 0;
        for (int i = 0; i < truth.length; i++) {
            Arguments.requireFinite("a true activation", truth[i]);
            Arguments.requireFinite("a simulated activation", simulated[i]);
            meanTrue += truth[i] / truth.length;
            meanSimulated += simulated[i] / truth.length;
        }
        double products = 0;
        double squares = 0;
        boolean constant = true;
        for (int i = 0; i < truth.length; i++) {
            double deviation = simulated[i] - meanSimulated;
            products += deviation * (truth[i] - meanTrue);
            squares += deviation * deviation;
            constant &= simulated[i] == simulated[0];
        }
        double slope = constant || squares == 0 ? 0 : products / squares;
        return new LinearCalibration(slope, meanTrue - slope * meanSimulated);
    }

    @Override
    public double apply(double simulated) {
        return slope * simulated + intercept;
    }
}
