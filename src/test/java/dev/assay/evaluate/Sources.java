package dev.assay.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/** Random samples of known distributions, and small matrix helpers in plain Java. */
public final class Sources {
    private Sources() {}

    public static double uniform(SplittableRandom random) {
        return 2 * random.nextDouble() - 1;
    }

    public static double laplace(SplittableRandom random) {
        return exponential(random) * (random.nextBoolean() ? 1 : -1);
    }

    public static double exponential(SplittableRandom random) {
        return -Math.log(1 - random.nextDouble());
    }

    public static double sparse(SplittableRandom random) {
        return random.nextInt(8) == 0 ? random.nextDouble() : 0;
    }

    public static double coin(SplittableRandom random) {
        return random.nextBoolean() ? 1 : -1;
    }

    public static double[][] matrix(
            int rows, int columns, SplittableRandom random, ToDoubleFunction<SplittableRandom> entry) {
        double[][] matrix = new double[rows][columns];
        for (double[] row : matrix) {
            for (int j = 0; j < columns; j++) {
                row[j] = entry.applyAsDouble(random);
            }
        }
        return matrix;
    }

    public static double[][] product(double[][] a, double[][] b) {
        double[][] product = new double[a.length][b[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int k = 0; k < b.length; k++) {
                for (int j = 0; j < product[i].length; j++) {
                    product[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return product;
    }

    public static double cosine(double[] a, double[] b) {
        double product = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int i = 0; i < a.length; i++) {
            product += a[i] * b[i];
            squaresA += a[i] * a[i];
            squaresB += b[i] * b[i];
        }
        return product / Math.sqrt(squaresA * squaresB);
    }

    public static NDArray array(NDManager manager, double[][] rows) {
        float[] flat = new float[rows.length * rows[0].length];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = (float) rows[i / rows[0].length][i % rows[0].length];
        }
        return manager.create(flat, new Shape(rows.length, rows[0].length));
    }

    public static double[][] rows(NDArray array) {
        float[] flat = array.toFloatArray();
        int width = (int) array.getShape().get(1);
        double[][] rows = new double[flat.length / width][width];
        for (int i = 0; i < flat.length; i++) {
            rows[i / width][i % width] = flat[i];
        }
        return rows;
    }
}
