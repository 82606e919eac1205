package dev.assay.verify.reference;

import dev.assay.evaluate.probe.LinearProbe;
import dev.assay.evaluate.probe.ProbeData;

/**
 * A linear probe trained by AdamW on the mean log loss of batches in the order of the rows, as SAEBench trains probes of the full width.
 *
 * @param weights initial weights
 * @param bias initial bias
 */
record SgdProbe(double[] weights, double bias) {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;

    /** The probe of the first epoch with the best accuracy on test rows. */
    record Best(LinearProbe probe, double accuracy) {}

    Best train(ProbeData training, ProbeData test, int batch, int epochs, double rate, double weightDecay) {
        int width = weights.length;
        double[] point = new double[width + 1];
        System.arraycopy(weights, 0, point, 0, width);
        point[width] = bias;
        double[] first = new double[width + 1];
        double[] second = new double[width + 1];
        Best best = new Best(new LinearProbe(weights, bias), 0);
        int step = 0;
        for (int epoch = 0; epoch < epochs; epoch++) {
            for (int from = 0; from < training.rows(); from += batch) {
                double[] gradient = gradient(point, training, from, Math.min(training.rows(), from + batch));
                step++;
                for (int i = 0; i <= width; i++) {
                    first[i] = BETA1 * first[i] + (1 - BETA1) * gradient[i];
                    second[i] = BETA2 * second[i] + (1 - BETA2) * gradient[i] * gradient[i];
                    double mean = first[i] / (1 - Math.pow(BETA1, step));
                    double root = Math.sqrt(second[i] / (1 - Math.pow(BETA2, step)));
                    point[i] -= rate * (weightDecay * point[i] + mean / (root + EPSILON));
                }
            }
            LinearProbe probe = new LinearProbe(java.util.Arrays.copyOf(point, width), point[width]);
            double accuracy = probe.evaluate(test).accuracy();
            if (accuracy > best.accuracy) {
                best = new Best(probe, accuracy);
            }
        }
        return best;
    }

    private static double[] gradient(double[] point, ProbeData data, int from, int to) {
        double[] gradient = new double[point.length];
        int width = data.width();
        for (int row = from; row < to; row++) {
            double score = point[width];
            for (int j = 0; j < width; j++) {
                score += point[j] * data.value(row, j);
            }
            double residual = (1 / (1 + Math.exp(-score)) - (data.label(row) ? 1 : 0)) / (to - from);
            for (int j = 0; j < width; j++) {
                gradient[j] += residual * data.value(row, j);
            }
            gradient[width] += residual;
        }
        return gradient;
    }
}
