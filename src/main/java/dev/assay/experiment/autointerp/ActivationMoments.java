package dev.assay.experiment.autointerp;

import dev.assay.explain.FeatureExamples;
import dev.assay.explain.Part;
import dev.assay.explain.TextWindow;

/**
 * Standardised moments of the activations of a feature over all tokens of the training documents, silent ones included.
 *
 * @param density the share of tokens on which the feature is active
 * @param skewness {@code E[(c − c̄)³] / s³}; 0 for a constant feature
 * @param kurtosis {@code E[(c − c̄)⁴] / s⁴}; 0 for a constant feature
 */
record ActivationMoments(double density, double skewness, double kurtosis) {
    static ActivationMoments of(FeatureExamples examples) {
        long tokens = 0;
        long active = 0;
        double sum = 0;
        for (TextWindow window : examples.whole(Part.TRAIN)) {
            for (int i = 0; i < window.length(); i++) {
                tokens++;
                sum += window.activation(i);
                active += window.activation(i) > 0 ? 1 : 0;
            }
        }
        double mean = sum / tokens;
        double squares = 0;
        double cubes = 0;
        double fourths = 0;
        for (TextWindow window : examples.whole(Part.TRAIN)) {
            for (int i = 0; i < window.length(); i++) {
                double centred = window.activation(i) - mean;
                double square = centred * centred;
                squares += square;
                cubes += square * centred;
                fourths += square * square;
            }
        }
        double variance = squares / tokens;
        boolean constant = variance == 0;
        return new ActivationMoments(
                (double) active / tokens,
                constant ? 0 : cubes / tokens / (variance * Math.sqrt(variance)),
                constant ? 0 : fourths / tokens / (variance * variance));
    }
}
