package dev.assay.evaluate.probe;

import dev.assay.evaluate.baseline.Float64;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Columns with mean 0 and variance 1, so that solvers are well conditioned for any units of the data. A constant column becomes 0.
 *
 * @param values [n · d], one row after the other
 * @param mean of each column
 * @param deviation standard deviation (divisor n) of each column, 0 for a constant column
 */
record StandardizedColumns(double[] values, double[] mean, double[] deviation) {
    /** A column whose deviation is below this share of its largest value is constant up to rounding. */
    private static final double ROUNDING = 1e-14;

    static StandardizedColumns of(ProbeData data) {
        int rows = data.rows();
        int width = data.width();
        double[] x = data.flat().clone();
        double[] mean = new double[width];
        double[] largest = new double[width];
        for (int i = 0; i < x.length; i++) {
            mean[i % width] += x[i] / rows;
            largest[i % width] = Math.max(largest[i % width], Math.abs(x[i]));
        }
        double[] deviation = new double[width];
        for (int i = 0; i < x.length; i++) {
            int column = i % width;
            x[i] -= mean[column];
            // Divided by the largest value, so that squares neither overflow nor underflow.
            double share = largest[column] > 0 ? x[i] / largest[column] : 0;
            deviation[column] += share * share;
        }
        for (int j = 0; j < width; j++) {
            double share = Math.sqrt(deviation[j] / rows);
            deviation[j] = share > ROUNDING ? share * largest[j] : 0;
        }
        for (int i = 0; i < x.length; i++) {
            int column = i % width;
            x[i] = deviation[column] > 0 ? x[i] / deviation[column] : 0;
        }
        return new StandardizedColumns(x, mean, deviation);
    }

    int width() {
        return mean.length;
    }

    int rows() {
        return values.length / mean.length;
    }

    INDArray array() {
        return Float64.of(values, rows(), width());
    }

    /** Returns a copy of one column. */
    double[] column(int column) {
        double[] copy = new double[rows()];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = values[i * width() + column];
        }
        return copy;
    }

    /** Applies the mean and deviation of these columns to other rows. */
    double[] apply(ProbeData data) {
        double[] x = data.flat().clone();
        for (int i = 0; i < x.length; i++) {
            int column = i % width();
            x[i] = deviation[column] > 0 ? (x[i] - mean[column]) / deviation[column] : 0;
        }
        return x;
    }

    /** Returns the probe on the original columns that equals a probe on these columns. */
    LinearProbe original(double[] weights, double intercept) {
        double[] original = new double[width()];
        double shift = intercept;
        for (int j = 0; j < original.length; j++) {
            original[j] = deviation[j] > 0 ? weights[j] / deviation[j] : 0;
            shift -= original[j] * mean[j];
        }
        return new LinearProbe(original, shift);
    }
}
