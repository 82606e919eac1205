package dev.assay.evaluate.probe;

import java.util.SplittableRandom;

/**
 * Parameters of a network with one hidden layer in one array: first weights [d][h], first biases [h], second weights [h], second bias.
 *
 * @param width the number of inputs d
 * @param hidden the number of hidden units h
 * @param values [d · h + 2h + 1]
 */
record MlpParameters(int width, int hidden, double[] values) {
    /** Draws weights with variance 2 / d and 1 / h. */
    static MlpParameters random(int width, int hidden, SplittableRandom random) {
        double[] values = new double[width * hidden + 2 * hidden + 1];
        double first = Math.sqrt(2.0 / width);
        for (int i = 0; i < width * hidden; i++) {
            values[i] = first * random.nextGaussian();
        }
        double second = Math.sqrt(1.0 / hidden);
        for (int i = 0; i < hidden; i++) {
            values[width * hidden + hidden + i] = second * random.nextGaussian();
        }
        return new MlpParameters(width, hidden, values);
    }

    MlpParameters copy() {
        return new MlpParameters(width, hidden, values.clone());
    }

    /** Computes the score of the row that starts at an index, and writes the hidden activations. */
    double score(double[] x, int start, double[] activations) {
        int biases = width * hidden;
        System.arraycopy(values, biases, activations, 0, hidden);
        for (int j = 0; j < width; j++) {
            double input = x[start + j];
            int row = j * hidden;
            for (int u = 0; u < hidden; u++) {
                activations[u] += input * values[row + u];
            }
        }
        double score = values[values.length - 1];
        for (int u = 0; u < hidden; u++) {
            activations[u] = Math.max(0, activations[u]);
            score += activations[u] * values[biases + hidden + u];
        }
        return score;
    }

    /** Adds the gradient of a row, given the derivative of its loss with respect to the score and its hidden activations. */
    void addGradient(double[] x, int start, double slope, double[] activations, double[] inner, double[] gradient) {
        int biases = width * hidden;
        for (int u = 0; u < hidden; u++) {
            inner[u] = activations[u] > 0 ? slope * values[biases + hidden + u] : 0;
            gradient[biases + u] += inner[u];
            gradient[biases + hidden + u] += slope * activations[u];
        }
        gradient[gradient.length - 1] += slope;
        for (int j = 0; j < width; j++) {
            double input = x[start + j];
            int row = j * hidden;
            for (int u = 0; u < hidden; u++) {
                gradient[row + u] += input * inner[u];
            }
        }
    }
}
