package dev.assay.evaluate.probe;

import dev.assay.InvalidInputException;

/**
 * A linear classifier: the score of a row x is {@code x · weights + intercept}.
 *
 * @param weights one per column
 * @param intercept the score at 0
 */
public record LinearProbe(double[] weights, double intercept) implements Probe {
    /**
     * Classifies by the projection on the difference of the class means, with the threshold half-way between the means.
     *
     * @param data rows of both classes
     * @return the probe with weights {@code μ₁ − μ₀} and intercept {@code −(μ₁ − μ₀) · (μ₁ + μ₀) / 2}
     * @throws InvalidInputException if all rows have the same label
     */
    public static LinearProbe differenceOfMeans(ProbeData data) {
        double[] difference = data.meanDifference();
        double[] positive = data.mean(true);
        double[] negative = data.mean(false);
        double middle = 0;
        for (int j = 0; j < difference.length; j++) {
            middle += difference[j] * (positive[j] + negative[j]) / 2;
        }
        return new LinearProbe(difference, -middle);
    }

    /**
     * Scores one row.
     *
     * @param x one entry per column
     * @return the score
     */
    public double score(double[] x) {
        double score = intercept;
        for (int j = 0; j < weights.length; j++) {
            score += x[j] * weights[j];
        }
        return score;
    }

    @Override
    public double[] scores(ProbeData data) {
        InvalidInputException.require(
                data.width() == weights.length,
                () -> "the data have " + data.width() + " columns, expected " + weights.length
                        + ", the width of the probe");
        double[] x = data.flat();
        double[] scores = new double[data.rows()];
        for (int i = 0; i < scores.length; i++) {
            double score = intercept;
            int start = i * weights.length;
            for (int j = 0; j < weights.length; j++) {
                score += x[start + j] * weights[j];
            }
            scores[i] = score;
        }
        return scores;
    }
}
