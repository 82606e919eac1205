package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;

/** The point with the least sum of distances to others, by Weiszfeld's iteration. */
final class GeometricMedian {
    private static final int ROUNDS = 100;
    private static final double SMALLEST_MOVE = 1e-5;

    private GeometricMedian() {}

    /**
     * Starts at the mean and stops when a round moves the guess by less than 1e-5, or after 100 rounds.
     *
     * @param points [n, d]
     * @return [d]
     */
    static NDArray of(NDArray points) {
        try (Scope scope = Scope.open()) {
            NDArray guess = points.mean(new int[] {0});
            for (int round = 0; round < ROUNDS; round++) {
                NDArray next = step(points, guess);
                double move = Aten.norm(next.sub(guess)).getFloat();
                guess = next;
                if (move < SMALLEST_MOVE) {
                    break;
                }
            }
            return scope.keep(guess);
        }
    }

    private static NDArray step(NDArray points, NDArray guess) {
        try (Scope scope = Scope.open()) {
            NDArray distances = Aten.rowNorms(points.sub(guess)).maximum(Float.MIN_NORMAL); // [n, 1]
            NDArray weights = distances.onesLike().div(distances); // [n, 1]
            NDArray normalized = weights.div(weights.sum()).reshape(-1); // [n]
            return scope.keep(Aten.addmv(guess.zerosLike(), points.transpose(), normalized, 1));
        }
    }
}
