package dev.assay.evaluate.probe;

import dev.assay.InvalidInputException;
import dev.assay.evaluate.baseline.Float64;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Least-squares concept erasure (Belrose et al., "LEACE: Perfect linear concept erasure in closed form", 2023): the smallest edit of rows
 * after which no linear function of them correlates with the concept.
 *
 * <pre>
 * x ↦ x − W⁺ U Uᵀ W (x − x̄),   W = Σ^(−½),   U = left singular vectors of W Σ_xz
 * </pre>
 */
public final class Leace {
    private Leace() {}

    /**
     * Fits the eraser of the labels with the default options.
     *
     * @param data rows of both classes
     * @return the eraser
     * @throws InvalidInputException if all rows have the same label
     */
    public static AffineEraser fit(ProbeData data) {
        data.requireBothClasses();
        return fit(data, labels(data), LeaceOptions.DEFAULT);
    }

    /**
     * Fits the eraser of any concept.
     *
     * @param data at least two rows; their labels are not used
     * @param concept values of the concept for each row, [n][c]: a 0 or 1 for a class, one-hot classes, or numbers
     * @param options the options
     * @return the eraser
     * @throws InvalidInputException if the numbers of rows differ or a value is not finite
     */
    public static AffineEraser fit(ProbeData data, double[][] concept, LeaceOptions options) {
        InvalidInputException.requireAtLeast(2, "the number of rows", data.rows());
        double[][] z = centred(checked(data, concept));
        double[] mean = mean(data);
        double[] x = data.flat().clone();
        int width = data.width();
        for (int i = 0; i < x.length; i++) {
            x[i] -= mean[i % width];
        }
        double[][] cross = crossCovariance(x, width, z); // [c][d]
        double[][] removed; // W⁺ U Uᵀ W
        if (options.whitened()) {
            Whitening whitening = Whitening.of(covariance(x, data.rows(), width, options.shrinkage()));
            double[][] whitened = new double[cross.length][];
            for (int c = 0; c < cross.length; c++) {
                whitened[c] = product(whitening.whitener(), cross[c]);
            }
            removed = zeros(width);
            for (double[] u : ColumnSpace.of(whitened, options.singularValueTolerance())) {
                // W⁺ and W are symmetric.
                addOuter(removed, product(whitening.inverse(), u), product(whitening.whitener(), u));
            }
        } else {
            removed = zeros(width);
            for (double[] u : ColumnSpace.of(cross, options.singularValueTolerance())) {
                addOuter(removed, u, u);
            }
        }
        for (int i = 0; i < width; i++) {
            for (int j = 0; j < width; j++) {
                removed[i][j] = (i == j ? 1 : 0) - removed[i][j];
            }
        }
        return new AffineEraser(removed, options.affine() ? mean : new double[width]);
    }

    /**
     * Subtracts the part of each row that is a linear function of its own concept values: the residual of a least-squares regression of
     * the rows on the concept. It needs the concept of every edited row.
     *
     * @param data at least two rows
     * @param concept values of the concept for each row, [n][c]
     * @return the edited rows, with the same mean
     * @throws InvalidInputException if the numbers of rows differ or a value is not finite
     */
    public static ProbeData oracle(ProbeData data, double[][] concept) {
        InvalidInputException.requireAtLeast(2, "the number of rows", data.rows());
        double[][] z = centred(checked(data, concept));
        // Orthonormal columns of the centred concept make the regression a projection.
        double[][] columns = new double[z[0].length][data.rows()];
        for (int i = 0; i < data.rows(); i++) {
            for (int c = 0; c < columns.length; c++) {
                columns[c][i] = z[i][c];
            }
        }
        double scale = 0;
        for (double[] column : columns) {
            scale = Math.max(scale, Math.sqrt(SmoothFunction.dot(column, column)));
        }
        double[] x = data.flat().clone();
        int width = data.width();
        for (double[] u : ColumnSpace.of(columns, scale * data.rows() * Math.ulp(1.0))) {
            double[] coefficient = new double[width];
            for (int i = 0; i < x.length; i++) {
                coefficient[i % width] += u[i / width] * data.flat()[i];
            }
            for (int i = 0; i < x.length; i++) {
                x[i] -= u[i / width] * coefficient[i % width];
            }
        }
        return data.withValues(x, width);
    }

    /** Returns the labels as a concept with one number. */
    static double[][] labels(ProbeData data) {
        double[][] z = new double[data.rows()][1];
        for (int i = 0; i < z.length; i++) {
            z[i][0] = data.label(i) ? 1 : 0;
        }
        return z;
    }

    private static double[][] checked(ProbeData data, double[][] concept) {
        InvalidInputException.require(
                concept.length == data.rows(),
                () -> "the concept has " + concept.length + " rows, expected " + data.rows()
                        + ", the rows of the data");
        for (int i = 0; i < concept.length; i++) {
            int row = i;
            InvalidInputException.require(
                    concept[i].length == concept[0].length && concept[0].length > 0,
                    () -> "row " + row + " of the concept has " + concept[row].length + " values, expected "
                            + Math.max(1, concept[0].length));
            for (double value : concept[i]) {
                InvalidInputException.require(
                        Double.isFinite(value),
                        () -> "row " + row + " of the concept has the value " + value + ", expected a finite number");
            }
        }
        return concept;
    }

    private static double[][] centred(double[][] concept) {
        double[] mean = new double[concept[0].length];
        for (double[] row : concept) {
            for (int c = 0; c < mean.length; c++) {
                mean[c] += row[c] / concept.length;
            }
        }
        double[][] centred = new double[concept.length][mean.length];
        for (int i = 0; i < concept.length; i++) {
            for (int c = 0; c < mean.length; c++) {
                centred[i][c] = concept[i][c] - mean[c];
            }
        }
        return centred;
    }

    private static double[] mean(ProbeData data) {
        double[] mean = new double[data.width()];
        double[] x = data.flat();
        for (int i = 0; i < x.length; i++) {
            mean[i % mean.length] += x[i];
        }
        for (int j = 0; j < mean.length; j++) {
            mean[j] /= data.rows();
        }
        return mean;
    }

    /** Returns Σ_zx with divisor n − 1, [c][d]. */
    private static double[][] crossCovariance(double[] x, int width, double[][] z) {
        double[][] cross = new double[z[0].length][width];
        for (int i = 0; i < z.length; i++) {
            for (int c = 0; c < cross.length; c++) {
                for (int j = 0; j < width; j++) {
                    cross[c][j] += z[i][c] * x[i * width + j] / (z.length - 1);
                }
            }
        }
        return cross;
    }

    /**
     * Returns the covariance of centred rows: with divisor n − 1, or shrunk, where S has divisor n:
     *
     * <pre>
     * αS + (1 − α) tr(S)/d · I,   α = 1 − (tr(S)² m / n) / (‖S‖² m − m²),   m = tr(S)² / d
     * </pre>
     */
    private static INDArray covariance(double[] x, int rows, int width, boolean shrinks) {
        INDArray covariance = Float64.zeros(width, width);
        try (INDArray centred = Float64.of(x, rows, width)) {
            Float64.addProduct(covariance, centred, centred);
        }
        if (!shrinks) {
            return covariance.divi(rows - 1);
        }
        covariance.divi(rows);
        double trace = 0;
        for (int j = 0; j < width; j++) {
            trace += covariance.getDouble(j, j);
        }
        double square = covariance.norm2Number().doubleValue();
        double identity = trace * trace / width;
        // The rounding unit makes both terms equal for a covariance that is a multiple of the identity, also for 0.
        double epsilon = Math.ulp(1.0);
        double alpha = 1
                - (trace * trace * identity / rows + epsilon)
                        / (square * square * identity - identity * identity + epsilon);
        double beta = (1 - alpha) * (identity + epsilon) / (identity + epsilon);
        covariance.muli(alpha);
        for (int j = 0; j < width; j++) {
            covariance.putScalar(j, j, covariance.getDouble(j, j) + beta * trace / width);
        }
        return covariance;
    }

    private static double[][] zeros(int width) {
        return new double[width][width];
    }

    private static double[] product(double[][] matrix, double[] vector) {
        double[] product = new double[matrix.length];
        for (int i = 0; i < product.length; i++) {
            product[i] = SmoothFunction.dot(matrix[i], vector);
        }
        return product;
    }

    private static void addOuter(double[][] sum, double[] a, double[] b) {
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < b.length; j++) {
                sum[i][j] += a[i] * b[j];
            }
        }
    }
}
