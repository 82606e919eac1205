package dev.assay.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Scope;

/**
 * The correlation of every column of one table with every column of another, over all rows of any number of batches together, which is
 * not the mean of the correlations of batches:
 *
 * <pre>
 * r[i][j] = (Σ aᵢbⱼ − Σaᵢ Σbⱼ / n) / √((Σaᵢ² − (Σaᵢ)² / n) (Σbⱼ² − (Σbⱼ)² / n))
 * </pre>
 *
 * <p>Sums are in float64 of differences to the first row, so that a mean far from 0 costs no digits. A column that is constant
 * correlates with nothing: 0.
 */
public final class PearsonCorrelation {
    private long rows;
    private Side a;
    private Side b;
    private double[] products; // Σ aᵢbⱼ, [p · q]

    /** The sums of one table. */
    private static final class Side {
        private final double[] origin;
        private final double[] sum;
        private final double[] squares;

        Side(NDArray first) {
            origin = first.toDoubleArray();
            sum = new double[origin.length];
            squares = new double[origin.length];
        }

        NDArray add(NDArray wide) {
            NDArray shifted = wide.sub(wide.getManager().create(origin));
            addTo(sum, shifted.sum(new int[] {0}));
            addTo(squares, shifted.square().sum(new int[] {0}));
            return shifted;
        }

        double variation(int column, long rows) {
            return squares[column] - sum[column] * sum[column] / rows;
        }
    }

    private static void addTo(double[] sums, NDArray more) {
        double[] values = more.toDoubleArray();
        for (int i = 0; i < sums.length; i++) {
            sums[i] += values[i];
        }
    }

    /**
     * Takes rows of both tables.
     *
     * @param left [n, p], n at least 1
     * @param right [n, q]
     */
    public void add(NDArray left, NDArray right) {
        if (left.getShape().get(0) != right.getShape().get(0)) {
            throw new InvalidInputException("one side has " + left.getShape().get(0) + " rows, the other "
                    + right.getShape().get(0) + ", expected the same");
        }
        try (Scope scope = Scope.open()) {
            NDArray wideLeft = left.toType(DataType.FLOAT64, false);
            NDArray wideRight = right.toType(DataType.FLOAT64, false);
            if (a == null) {
                a = new Side(wideLeft.get(0));
                b = new Side(wideRight.get(0));
                products = new double[a.sum.length * b.sum.length];
            }
            rows += left.getShape().get(0);
            NDArray shiftedLeft = a.add(wideLeft);
            addTo(products, shiftedLeft.transpose().matMul(b.add(wideRight)).reshape(-1));
        }
    }

    /**
     * Returns the correlations.
     *
     * @return [p][q], between −1 and 1
     */
    public double[][] matrix() {
        if (rows == 0) {
            throw new IllegalStateException("no rows were added");
        }
        double[][] matrix = new double[a.sum.length][b.sum.length];
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < matrix[i].length; j++) {
                double scale = Math.sqrt(a.variation(i, rows) * b.variation(j, rows));
                double together = products[i * matrix[i].length + j] - a.sum[i] * b.sum[j] / rows;
                matrix[i][j] = scale > 0 ? together / scale : 0;
            }
        }
        return matrix;
    }
}
