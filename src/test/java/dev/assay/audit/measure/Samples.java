package dev.assay.audit.measure;

import java.util.SplittableRandom;

/** Random matrices and labels. */
public final class Samples {
    private Samples() {}

    /** Draws rows of independent normal numbers of which a share is replaced by 0. */
    public static double[][] normal(int rows, int columns, double zeros, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] values = new double[rows][columns];
        for (double[] row : values) {
            for (int column = 0; column < columns; column++) {
                double value = random.nextGaussian();
                row[column] = random.nextDouble() < zeros ? 0 : value;
            }
        }
        return values;
    }

    /** Labels the first documents. */
    public static boolean[] first(int positives, int documents) {
        boolean[] labels = new boolean[documents];
        for (int i = 0; i < positives; i++) {
            labels[i] = true;
        }
        return labels;
    }
}
