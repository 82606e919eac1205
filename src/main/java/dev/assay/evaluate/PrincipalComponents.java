package dev.assay.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Scope;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.eigen.Eigen;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The directions of largest variance of activations: eigenvectors of their covariance, in float64 through ND4J.
 *
 * @param variances along each direction, falling
 * @param directions one unit vector a row, [d][d]
 */
public record PrincipalComponents(double[] variances, double[][] directions) {
    /**
     * Decomposes activations.
     *
     * @param x [n, d], at least two rows
     * @return d components
     */
    public static PrincipalComponents of(NDArray x) {
        double[][] covariance = covariance(x);
        int width = covariance.length;
        // The decomposition overwrites its argument by the eigenvectors, one a column, eigenvalues rising.
        INDArray vectors = Nd4j.create(covariance);
        INDArray values = Eigen.symmetricGeneralizedEigenvalues(vectors);
        double[] variances = new double[width];
        double[][] directions = new double[width][width];
        for (int component = 0; component < width; component++) {
            int column = width - 1 - component;
            variances[component] = values.getDouble(column);
            directions[component] = vectors.getColumn(column).toDoubleVector();
        }
        return new PrincipalComponents(variances, directions);
    }

    private static double[][] covariance(NDArray x) {
        try (Scope scope = Scope.open()) {
            NDArray wide = x.toType(DataType.FLOAT64, false);
            NDArray centred = wide.sub(wide.mean(new int[] {0}));
            long rows = x.getShape().get(0);
            int width = (int) x.getShape().get(1);
            double[] flat =
                    centred.transpose().matMul(centred).div((double) (rows - 1)).toDoubleArray();
            double[][] covariance = new double[width][width];
            for (int i = 0; i < width; i++) {
                System.arraycopy(flat, i * width, covariance[i], 0, width);
            }
            return covariance;
        }
    }

    /**
     * Returns the directions as an array.
     *
     * @param manager owns it
     * @return float32 [d, d], one direction a row
     */
    public NDArray directions(NDManager manager) {
        float[] flat = new float[directions.length * directions.length];
        int at = 0;
        for (double[] direction : directions) {
            for (double value : direction) {
                flat[at++] = (float) value;
            }
        }
        return manager.create(flat, new Shape(directions.length, directions.length));
    }
}
