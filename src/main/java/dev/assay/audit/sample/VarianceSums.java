package dev.assay.audit.sample;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;

/** Sums in float64 for the fraction of variance unexplained of a dictionary. */
final class VarianceSums {
    private final double[] sums;
    private double squares;
    private double squaredError;
    private long rows;

    VarianceSums(int width) {
        sums = new double[width];
    }

    /** Adds the counted rows of activations [n, width] and of their reconstructions. */
    void add(NDArray activations, NDArray reconstructions, boolean[] counted) {
        float[] x = activations.toType(DataType.FLOAT32, false).toFloatArray();
        float[] y = reconstructions.toType(DataType.FLOAT32, false).toFloatArray();
        for (int row = 0; row < counted.length; row++) {
            if (counted[row]) {
                rows++;
                for (int column = 0; column < sums.length; column++) {
                    double value = x[row * sums.length + column];
                    double error = value - y[row * sums.length + column];
                    sums[column] += value;
                    squares += value * value;
                    squaredError += error * error;
                }
            }
        }
    }

    double squaredError() {
        return squaredError;
    }

    double centredSquares() {
        double ofMean = 0;
        for (double sum : sums) {
            ofMean += sum * sum / rows;
        }
        return squares - ofMean;
    }
}
