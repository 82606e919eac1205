package dev.assay.evaluate.benchmark;

/**
 * The score {@code w · x + b} of a linear probe, positive for the predicted class.
 *
 * @param weights w, [d]
 * @param bias b
 */
public record LinearScore(double[] weights, double bias) {
    /**
     * Computes the score of an activation.
     *
     * @param x [d]
     * @return the score
     */
    public double of(double[] x) {
        return Rows.dot(weights, x) + bias;
    }
}
