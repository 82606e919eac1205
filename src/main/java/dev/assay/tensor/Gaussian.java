package dev.assay.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Normal random numbers from Java's seeded generator, identical on every device. */
public final class Gaussian {
    /** Numbers are transferred in chunks, so that a large array is not in memory twice. */
    private static final int PIECE = 1 << 18;

    private Gaussian() {}

    /**
     * Draws numbers of mean 0 and standard deviation 1.
     *
     * @param manager owner of the result
     * @param shape shape of the result
     * @param seed seed of the generator
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
