package dev.assay.evaluate.probe;

/** Cholesky factors of symmetric positive definite matrices. */
final class Cholesky {
    /** A pivot below this share of its diagonal entry is 0 up to rounding. */
    private static final double ROUNDING = 1e-15;

    private Cholesky() {}

    /**
     * Factors {@code matrix + damping · I = L Lᵀ}.
     *
     * @return L in the lower triangle; an array of length 0 if the matrix is not positive definite up to rounding
     */
    static double[][] factor(double[][] matrix, double damping) {
        int n = matrix.length;
        double[][] lower = new double[n][n];
        for (int i = 0; i < n; i++) {
            double[] row = lower[i];
            for (int j = 0; j <= i; j++) {
                double[] other = lower[j];
                double sum = matrix[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= row[k] * other[k];
                }
                if (i > j) {
                    row[j] = sum / other[j];
                } else {
                    sum += damping;
                    if (!(sum > ROUNDING * (matrix[i][i] + damping))) {
                        return new double[0][];
                    }
                    row[i] = Math.sqrt(sum);
                }
            }
        }
        return lower;
    }

    /** Solves {@code L Lᵀ y = b}. */
    static double[] solve(double[][] lower, double[] b) {
        int n = b.length;
        double[] y = b.clone();
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < i; k++) {
                y[i] -= lower[i][k] * y[k];
            }
            y[i] /= lower[i][i];
        }
        for (int i = n - 1; i >= 0; i--) {
            for (int k = i + 1; k < n; k++) {
                y[i] -= lower[k][i] * y[k];
            }
            y[i] /= lower[i][i];
        }
        return y;
    }
}
