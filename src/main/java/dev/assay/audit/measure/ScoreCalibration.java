package dev.assay.audit.measure;

import dev.assay.InvalidInputException;
import java.util.ArrayList;
import java.util.List;

/**
 * Agreement of predicted probabilities with the frequency of the positive class.
 *
 * @param brier the mean squared difference of probability and label (Brier, 1950)
 * @param expectedError the expected calibration error: {@code Σ_b n_b / n · |share of positives_b − mean probability_b|} (Naeini et al., 2015)
 * @param bins bins of equal width that contain documents, by probability
 */
public record ScoreCalibration(double brier, double expectedError, List<Bin> bins) {
    /** The number of bins of equal width between 0 and 1. */
    public static final int BINS = 10;

    /** Copies the list. */
    public ScoreCalibration {
        bins = List.copyOf(bins);
    }

    /**
     * Documents with similar probabilities.
     *
     * @param low the lower bound of the probability, inclusive
     * @param high the upper bound, exclusive except for 1
     * @param documents the number of documents
     * @param meanProbability the mean predicted probability
     * @param positiveShare the share of positive documents
     */
    public record Bin(double low, double high, int documents, double meanProbability, double positiveShare) {}

    /**
     * Compares probabilities with labels.
     *
     * @param probabilities n probabilities of the positive class
     * @param labels n labels
     * @return the calibration
     * @throws InvalidInputException if the numbers differ, there is none, or a probability is not from 0 to 1
     */
    public static ScoreCalibration of(double[] probabilities, boolean[] labels) {
        InvalidInputException.require(
                probabilities.length == labels.length && labels.length > 0,
                () -> "there are " + probabilities.length + " probabilities and " + labels.length
                        + " labels, expected the same number, at least one");
        int[] counts = new int[BINS];
        int[] positives = new int[BINS];
        double[] sums = new double[BINS];
        double brier = 0;
        for (int i = 0; i < labels.length; i++) {
            double probability = probabilities[i];
            InvalidInputException.require(probability >= 0 && probability <= 1, "a probability", probability, "0 to 1");
            int bin = Math.min(BINS - 1, (int) (probability * BINS));
            counts[bin]++;
            sums[bin] += probability;
            positives[bin] += labels[i] ? 1 : 0;
            double error = probability - (labels[i] ? 1 : 0);
            brier += error * error / labels.length;
        }
        double expectedError = 0;
        List<Bin> bins = new ArrayList<>();
        for (int bin = 0; bin < BINS; bin++) {
            if (counts[bin] > 0) {
                double mean = sums[bin] / counts[bin];
                double share = (double) positives[bin] / counts[bin];
                expectedError += Math.abs(share - mean) * counts[bin] / labels.length;
                bins.add(new Bin((double) bin / BINS, (bin + 1.0) / BINS, counts[bin], mean, share));
            }
        }
        return new ScoreCalibration(brier, expectedError, bins);
    }
}
