package dev.assay.evaluate.probe;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The objective of a logistic regression on standardised columns, divided by {@code C Σ s}. The point is the weights of the columns
 * followed by the intercept, [d + 1].
 */
final class LogisticObjective implements SmoothFunction, AutoCloseable {
    private final INDArray x; // [n, d]
    private final double[] signs; // ±1
    private final double[] share; // sᵢ / Σ s
    private final double[] penalty; // of each column
    private final int width;

    LogisticObjective(
            StandardizedColumns columns,
            ProbeData data,
            ClassWeights factors,
            double c,
            boolean penalisesStandardized) {
        x = columns.array();
        width = data.width();
        signs = new double[data.rows()];
        share = new double[data.rows()];
        double total = 0;
        for (int i = 0; i < signs.length; i++) {
            signs[i] = data.label(i) ? 1 : -1;
            share[i] = factors.of(data.label(i));
            total += share[i];
        }
        for (int i = 0; i < share.length; i++) {
            share[i] /= total;
        }
        penalty = new double[width];
        for (int j = 0; j < width; j++) {
            double deviation = penalisesStandardized ? 1 : columns.deviation()[j];
            // A constant column has no effect; any positive penalty keeps its weight at 0.
            penalty[j] = 1 / (c * total) / (deviation > 0 ? deviation * deviation : 1);
        }
    }

    /** Returns log(1 + exp(−margin)) without overflow. */
    static double logLoss(double margin) {
        return margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
    }

    /** Returns 1 / (1 + exp(−value)). */
    static double sigmoid(double value) {
        return value >= 0 ? 1 / (1 + Math.exp(-value)) : Math.exp(value) / (1 + Math.exp(value));
    }

    int width() {
        return width;
    }

    private double[] scores(double[] point) {
        INDArray weights = Nd4j.create(java.util.Arrays.copyOf(point, width), new long[] {width, 1}, 'c');
        try (INDArray product = x.mmul(weights)) {
            double[] scores = product.dup('c').data().asDouble();
            for (int i = 0; i < scores.length; i++) {
                scores[i] += point[width];
            }
            return scores;
        }
    }

    @Override
    public double valueAndGradient(double[] point, double[] gradient) {
        double[] scores = scores(point);
        double[] residual = new double[scores.length];
        double value = 0;
        double intercept = 0;
        for (int i = 0; i < scores.length; i++) {
            double margin = signs[i] * scores[i];
            value += share[i] * logLoss(margin);
            residual[i] = -share[i] * signs[i] * sigmoid(-margin);
            intercept += residual[i];
        }
        INDArray column = Nd4j.create(residual, new long[] {residual.length, 1}, 'c');
        double[] slope;
        try (INDArray product = Nd4j.gemm(x, column, true, false)) {
            slope = product.dup('c').data().asDouble();
        }
        for (int j = 0; j < width; j++) {
            value += penalty[j] * point[j] * point[j] / 2;
            gradient[j] = slope[j] + penalty[j] * point[j];
        }
        gradient[width] = intercept;
        return value;
    }

    /**
     * Returns the second derivatives at a point.
     *
     * @return [d + 1][d + 1], symmetric
     */
    double[][] hessian(double[] point) {
        double[] scores = scores(point);
        double[] root = new double[scores.length];
        double intercept = 0;
        for (int i = 0; i < root.length; i++) {
            double probability = sigmoid(scores[i]);
            double curvature = share[i] * probability * (1 - probability);
            intercept += curvature;
            root[i] = Math.sqrt(curvature);
        }
        INDArray roots = Nd4j.create(root, new long[] {root.length, 1}, 'c');
        double[][] hessian = new double[width + 1][width + 1];
        try (INDArray scaled = x.mulColumnVector(roots);
                INDArray square = Nd4j.gemm(scaled, scaled, true, false);
                INDArray edge = Nd4j.gemm(scaled, roots, true, false)) {
            double[] products = square.dup('c').data().asDouble();
            double[] edges = edge.dup('c').data().asDouble();
            for (int i = 0; i < width; i++) {
                System.arraycopy(products, i * width, hessian[i], 0, width);
                hessian[i][i] += penalty[i];
                hessian[i][width] = edges[i];
                hessian[width][i] = edges[i];
            }
        }
        hessian[width][width] = intercept;
        return hessian;
    }

    @Override
    public void close() {
        x.close();
    }
}
