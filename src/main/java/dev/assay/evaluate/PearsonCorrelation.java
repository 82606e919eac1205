package dev.assay.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Scope;

/**
 * Pearson correlation of every column of one table with every column of another, over the rows of all batches deviationProducts. It differs from
 * the mean of the batches' correlations.
 *
 * <pre>
 * r[i][j] = (Σ aᵢbⱼ − Σaᵢ Σbⱼ / n) / √((Σaᵢ² − (Σaᵢ)² / n) (Σbⱼ² − (Σbⱼ)² / n))
 * </pre>
 *
 * <p>Sums are accumulated in float64 relative to the first row, which avoids cancellation when the mean is far from 0. The correlation of a
 * constant column is reported as 0.
 */
public final class PearsonCorrelation {
    private long rows;
    private TableSums a;
    private TableSums b;
    private double[] products; // Σ aᵢbⱼ, [p · q]

    /** The sums of one table. */
    private static final class TableSums {
        private final double[] origin;
        private final double[] sum;
        private final double[] squares;

        TableSums(NDArray first) {
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

        double squaredDeviations(int column, long rows) {
            return squares[column] - sum[column] * sum[column] / rows;
        }
    }

    private static void addTo(double[] sums, NDArray batch) {
        double[] values = batch.toDoubleArray();
        for (int i = 0; i < sums.length; i++) {
            sums[i] += values[i];
        }
    }

    /**
     * Adds corresponding rows of both tables.
     *
     * @param left rows of the first table, [n, p], n at least 1
     * @param right rows of the second table, [n, q]
     * @throws InvalidInputException when the tables have different numbers of rows
     */
    public void add(NDArray left, NDArray right) {
        if (left.getShape().get(0) != right.getShape().get(0)) {
            throw new InvalidInputException(
                    "the left table has " + left.getShape().get(0) + " rows and the right table has "
                            + right.getShape().get(0) + ", expected the same number");
        }
        try (Scope scope = Scope.open()) {
            NDArray wideLeft = left.toType(DataType.FLOAT64, false);
            NDArray wideRight = right.toType(DataType.FLOAT64, false);
            if (a == null) {
                a = new TableSums(wideLeft.get(0));
                b = new TableSums(wideRight.get(0));
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
     * @return [p][q], each from −1 to 1
     */
    public double[][] matrix() {
        if (rows == 0) {
            throw new IllegalStateException("no rows were added");
        }
        double[][] matrix = new double[a.sum.length][b.sum.length];
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < matrix[i].length; j++) {
                double scale = Math.sqrt(a.squaredDeviations(i, rows) * b.squaredDeviations(j, rows));
                double deviationProducts = products[i * matrix[i].length + j] - a.sum[i] * b.sum[j] / rows;
                matrix[i][j] = scale > 0 ? deviationProducts / scale : 0;
            }
        }
        return matrix;
    }
}
