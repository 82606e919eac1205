package dev.assay.evaluate.probe;

import java.util.SplittableRandom;

/** Generated rows with planted labels. */
final class ProbeSamples {
    private ProbeSamples() {}

    /** Returns Gaussian rows of mixed columns, shifted by ±half the separation along the first mixed direction. */
    static ProbeData gaussian(int rows, int width, double separation, long seed) {
        return gaussian(rows, width, separation, seed, 77);
    }

    /** As above; equal mixing seeds have the same distribution. */
    static ProbeData gaussian(int rows, int width, double separation, long seed, long mixingSeed) {
        SplittableRandom mixing = new SplittableRandom(mixingSeed);
        double[][] map = new double[width][width];
        for (double[] line : map) {
            for (int j = 0; j < width; j++) {
                line[j] = mixing.nextGaussian() * (0.3 + j);
            }
        }
        SplittableRandom random = new SplittableRandom(seed);
        double[][] x = new double[rows][width];
        boolean[] labels = new boolean[rows];
        for (int i = 0; i < rows; i++) {
            labels[i] = i % 2 == 0;
            for (int k = 0; k < width; k++) {
                double source = random.nextGaussian() + (k == 0 ? (labels[i] ? 1 : -1) * separation / 2 : 0);
                for (int j = 0; j < width; j++) {
                    x[i][j] += source * map[k][j];
                }
            }
            x[i][0] += 5;
        }
        return ProbeData.of(x, labels);
    }

    /** Returns rows whose label is the sign of the product of the first two columns. */
    static ProbeData exclusiveOr(int rows, int width, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] x = new double[rows][width];
        boolean[] labels = new boolean[rows];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < width; j++) {
                x[i][j] = random.nextGaussian();
            }
            labels[i] = x[i][0] * x[i][1] > 0;
        }
        return ProbeData.of(x, labels);
    }
}
