package dev.assay.evaluate;

import java.util.Comparator;
import java.util.stream.IntStream;

/** Eigenvalues in descending order and eigenvectors, one per row, of a small symmetric matrix, by Jacobi rotations. */
public record Jacobi(double[] values, double[][] vectors) {
    public static Jacobi of(double[][] symmetric) {
        int n = symmetric.length;
        double[][] a = new double[n][];
        double[][] v = new double[n][n]; // one eigenvector per row
        for (int i = 0; i < n; i++) {
            a[i] = symmetric[i].clone();
            v[i][i] = 1;
        }
        for (int sweep = 0; sweep < 50; sweep++) {
            for (int p = 0; p < n; p++) {
                for (int q = p + 1; q < n; q++) {
                    rotate(a, v, p, q);
                }
            }
        }
        int[] order = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> a[i][i]).reversed())
                .mapToInt(Integer::intValue)
                .toArray();
        return new Jacobi(
                IntStream.of(order).mapToDouble(i -> a[i][i]).toArray(),
                IntStream.of(order).mapToObj(i -> v[i]).toArray(double[][]::new));
    }

    private static void rotate(double[][] a, double[][] v, int p, int q) {
        double angle = 0.5 * Math.atan2(2 * a[p][q], a[q][q] - a[p][p]);
        double c = Math.cos(angle);
        double s = Math.sin(angle);
        for (int k = 0; k < a.length; k++) {
            double ap = a[k][p];
            a[k][p] = c * ap - s * a[k][q];
            a[k][q] = s * ap + c * a[k][q];
        }
        for (double[][] rows : new double[][][] {a, v}) {
            for (int k = 0; k < a.length; k++) {
                double rp = rows[p][k];
                rows[p][k] = c * rp - s * rows[q][k];
                rows[q][k] = s * rp + c * rows[q][k];
            }
        }
    }
}
