package dev.assay.evaluate.probe;

import java.util.ArrayList;
import java.util.List;

/** Left singular vectors of a matrix with few columns, by one-sided Jacobi rotations, which keep small singular values accurate. */
final class ColumnSpace {
    private static final int MOST_SWEEPS = 100;
    private static final double ORTHOGONAL = 1e-15;

    private ColumnSpace() {}

    /**
     * Returns the left singular vectors with a singular value above a tolerance.
     *
     * @param columns the columns of the matrix, [c][n]
     * @param tolerance absolute singular value
     * @return orthonormal vectors [n]
     */
    static List<double[]> of(double[][] columns, double tolerance) {
        double[][] rotated = new double[columns.length][];
        for (int c = 0; c < columns.length; c++) {
            rotated[c] = columns[c].clone();
        }
        boolean changed = true;
        for (int sweep = 0; changed && sweep < MOST_SWEEPS; sweep++) {
            changed = false;
            for (int a = 0; a < rotated.length; a++) {
                for (int b = a + 1; b < rotated.length; b++) {
                    changed |= rotate(rotated[a], rotated[b]);
                }
            }
        }
        List<double[]> vectors = new ArrayList<>();
        for (double[] column : rotated) {
            double singular = Math.sqrt(SmoothFunction.dot(column, column));
            if (singular > tolerance && singular > 0) {
                for (int i = 0; i < column.length; i++) {
                    column[i] /= singular;
                }
                vectors.add(column);
            }
        }
        return vectors;
    }

    /** Makes two columns orthogonal; returns whether they were not. */
    private static boolean rotate(double[] a, double[] b) {
        double aa = SmoothFunction.dot(a, a);
        double bb = SmoothFunction.dot(b, b);
        double ab = SmoothFunction.dot(a, b);
        if (Math.abs(ab) <= ORTHOGONAL * Math.sqrt(aa * bb) || ab == 0) {
            return false;
        }
        double ratio = (bb - aa) / (2 * ab);
        double tangent = Math.signum(ratio == 0 ? 1 : ratio) / (Math.abs(ratio) + Math.hypot(1, ratio));
        double cosine = 1 / Math.hypot(1, tangent);
        double sine = cosine * tangent;
        for (int i = 0; i < a.length; i++) {
            double left = a[i];
            a[i] = cosine * left - sine * b[i];
            b[i] = sine * left + cosine * b[i];
        }
        return true;
    }
}
