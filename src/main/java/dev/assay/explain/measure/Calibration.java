package dev.assay.explain.measure;

/** A monotone map from simulated to true activations, fitted on calibration documents. */
@FunctionalInterface
public interface Calibration {
    /**
     * Maps one simulated activation.
     *
     * @param simulated a simulated activation
     * @return the calibrated activation
     */
    double apply(double simulated);

    /**
     * Maps a sequence.
     *
     * @param simulated n simulated activations
     * @return n calibrated activations
     */
    default double[] apply(double[] simulated) {
        double[] calibrated = new double[simulated.length];
        for (int i = 0; i < calibrated.length; i++) {
            calibrated[i] = apply(simulated[i]);
        }
        return calibrated;
    }
}
