package dev.assay.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Normal numbers from Java's seeded generator, the same on every device. */
public final class Gaussian {
    /** Numbers go over in pieces, so that a large array is not in memory twice. */
    private static final int PIECE = 1 << 18;

    private Gaussian() {}

    /**
     * Draws numbers of mean 0 and deviation 1.
     *
     * @param manager owns the result
     * @param shape of the result
     * @param seed decides the numbers
     * @return float32
     */
    public static NDArray array(NDManager manager, Shape shape, long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        NDArray flat = manager.create(new Shape(shape.size()));
        for (long first = 0; first < shape.size(); first += PIECE) {
            long last = Math.min(shape.size(), first + PIECE);
            float[] numbers = new float[(int) (last - first)];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = (float) random.nextGaussian();
            }
            try (Scope scope = Scope.open()) {
                Aten.copy_(flat.get(new NDIndex("{}:{}", first, last)), manager.create(numbers));
            }
        }
        return flat.reshape(shape);
    }
}
