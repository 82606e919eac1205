package dev.assay.evaluate.benchmark;

/** Operations on rows of float64 arrays. */
final class Rows {
    private Rows() {}

    static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    static double norm(double[] a) {
        return Math.sqrt(dot(a, a));
    }

    /** Returns the cosine similarity, 0 if one vector is zero. */
    static double cosine(double[] a, double[] b) {
        double norms = norm(a) * norm(b);
        return norms == 0 ? 0 : dot(a, b) / norms;
    }

    static double[] subtract(double[] a, double[] b) {
        double[] difference = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            difference[i] = a[i] - b[i];
        }
        return difference;
    }

    /** Adds {@code factor · row} to the target. */
    static void add(double[] target, double factor, double[] row) {
        for (int i = 0; i < target.length; i++) {
            target[i] += factor * row[i];
        }
    }

    /** Returns the mean row; zeros if there is no row. */
    static double[] mean(double[][] rows, int width) {
        double[] mean = new double[width];
        for (double[] row : rows) {
            add(mean, 1.0 / rows.length, row);
        }
        return mean;
    }
}
