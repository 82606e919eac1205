package dev.assay.evaluate.baseline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.eigen.Eigen;
import org.nd4j.linalg.factory.Nd4j;

/** Linear algebra of baselines, probes and erasers, in float64 on ND4J. */
public final class Float64 {
    private static final String MEMORY_LIMIT = "org.bytedeco.javacpp.maxphysicalbytes";

    static {
        // By default ND4J's allocator fails once the whole process exceeds twice the Java heap. That includes PyTorch's
        // arrays and mapped files, so any model of moderate size would trigger it.
        if (System.getProperty(MEMORY_LIMIT) == null) {
            System.setProperty(MEMORY_LIMIT, "0");
        }
    }

    private Float64() {}

    /**
     * Copies a sample in chunks of rows.
     *
     * @param x [n, d], of any type
     * @return arrays [rows, d], closed by the caller
     */
    static List<INDArray> chunks(NDArray x) {
        List<INDArray> chunks = new ArrayList<>();
        for (NDArray rows : SampleRows.of(x)) {
            chunks.add(of(rows));
        }
        return chunks;
    }

    /**
     * Copies an array.
     *
     * @param x [n, d], of any type
     * @return [n, d]
     */
    public static INDArray of(NDArray x) {
        try (Scope scope = Scope.open()) {
            double[] values = x.toType(DataType.FLOAT64, false).toDoubleArray();
            return Nd4j.create(values, x.getShape().getShape(), 'c');
        }
    }

    /**
     * Copies a matrix.
     *
     * @param values [rows · columns], one row after the other
     * @param rows the number of rows
     * @param columns the number of columns
     * @return [rows, columns]
     */
    public static INDArray of(double[] values, int rows, int columns) {
        return Nd4j.create(values, new long[] {rows, columns}, 'c');
    }

    /**
     * Returns an array of zeros in the memory order of {@link #addProduct}.
     *
     * @param rows the number of rows
     * @param columns the number of columns
     * @return [rows, columns]
     */
    public static INDArray zeros(long rows, long columns) {
        return Nd4j.create(org.nd4j.linalg.api.buffer.DataType.DOUBLE, new long[] {rows, columns}, 'f')
                .assign(0);
    }

    /**
     * Adds {@code aᵀ · b} to a sum.
     *
     * @param sum [p, q], made by {@link #zeros}
     * @param a [n, p]
     * @param b [n, q]
     */
    public static void addProduct(INDArray sum, INDArray a, INDArray b) {
        Nd4j.gemm(a, b, sum, true, false, 1, 1);
    }

    /**
     * Decomposes a symmetric matrix.
     *
     * @param symmetric [n, n]
     * @return eigenvalues in ascending order, and unit eigenvectors, one per column
     */
    public static Spectrum spectrum(INDArray symmetric) {
        // The decomposition overwrites its argument by the eigenvectors.
        INDArray vectors = symmetric.dup('c');
        double[] values = Eigen.symmetricGeneralizedEigenvalues(vectors).toDoubleVector();
        return new Spectrum(values, vectors);
    }

    /**
     * Eigenvalues and eigenvectors of a symmetric matrix.
     *
     * @param values in ascending order, [n]
     * @param vectors unit eigenvectors, one per column, [n, n]
     */
    public record Spectrum(double[] values, INDArray vectors) {}

    /**
     * Converts an array to float32 for the dictionaries.
     *
     * @param x [n, d]
     * @param manager owner of the result
     * @return [n, d]
     */
    static NDArray toFloat32(INDArray x, NDManager manager) {
        double[] wide = x.dup('c').data().asDouble();
        float[] flat = new float[wide.length];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = (float) wide[i];
        }
        return manager.create(flat, new Shape(x.rows(), x.columns()));
    }

    /**
     * Computes the mean of all rows.
     *
     * @param chunks [rows, d] each
     * @param rows number of rows of all chunks together
     * @return [1, d]
     */
    static INDArray mean(List<INDArray> chunks, long rows) {
        INDArray sum = null;
        for (INDArray chunk : chunks) {
            INDArray part = chunk.sum(true, 0);
            sum = sum == null ? part : sum.addi(part);
        }
        return sum.divi(rows);
    }

    /** Frees native memory immediately instead of at the next garbage collection. */
    static void close(List<INDArray> arrays) {
        arrays.forEach(INDArray::close);
    }
}
