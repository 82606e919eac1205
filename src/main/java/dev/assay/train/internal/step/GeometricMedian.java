package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.Arrays;

/** Geometric median of points, the point with the minimum sum of distances, by Weiszfeld's algorithm. */
final class GeometricMedian {
    private static final int MAX_ITERATIONS = 100;
    private static final double TOLERANCE = 1e-5;

    private GeometricMedian() {}

    /**
     * Returns the geometric median. The iteration starts at the mean and stops when the estimate changes by less than 1e-5, or after 100
     * iterations.
     *
     * @param points [n, d]
     * @return [d]
     */
    static NDArray of(NDArray points) {
        return iterate(points, TOLERANCE);
    }

    /**
     * Returns the geometric median of points of any scale.
     *
     * @param points [n, d]
     * @param tolerance the last change of the estimate as a share of the median distance to the mean
     * @return [d]
     */
    static NDArray of(NDArray points, double tolerance) {
        try (Scope scope = Scope.open()) {
            float[] distances =
                    Aten.rowNorms(points.sub(points.mean(new int[] {0}))).toFloatArray();
            Arrays.sort(distances);
            double spread = distances[distances.length / 2];
            return scope.keep(iterate(points, tolerance * spread));
        }
    }

    private static NDArray iterate(NDArray points, double tolerance) {
        try (Scope scope = Scope.open()) {
            NDArray estimate = points.mean(new int[] {0});
            for (int iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
                NDArray next = step(points, estimate);
                double change = Aten.norm(next.sub(estimate)).getFloat();
                estimate = next;
                if (change <= tolerance) {
                    break;
                }
            }
            return scope.keep(estimate);
        }
    }

    private static NDArray step(NDArray points, NDArray estimate) {
        try (Scope scope = Scope.open()) {
            NDArray distances = Aten.clampMin(Aten.rowNorms(points.sub(estimate)), Float.MIN_NORMAL); // [n, 1]
            NDArray weights = distances.onesLike().div(distances); // [n, 1]
            NDArray normalized = weights.div(weights.sum()).reshape(-1); // [n]
            return scope.keep(Aten.addmv(estimate.zerosLike(), points.transpose(), normalized, 1));
        }
    }
}
