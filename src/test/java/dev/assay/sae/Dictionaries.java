package dev.assay.sae;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** Dictionaries and inputs for tests. */
final class Dictionaries {
    private Dictionaries() {}

    /** Returns a folder that SAELens wrote, with what it computed. */
    static Path fixture(String name) {
        return Path.of("src/test/resources/dev/assay/sae", name);
    }

    /** Returns a manager on the CPU. */
    static NDManager manager() {
        return NDManager.newBaseManager(Device.cpu(), "PyTorch");
    }

    /** Returns a builder with random weights, whose decoder rows are of different lengths. */
    static SparseAutoencoderBuilder random(NDManager manager, int dIn, int dSae, Architecture architecture) {
        SplittableRandom random = new SplittableRandom(3);
        return SparseAutoencoder.builder()
                .architecture(architecture)
                .weights(new Weights(
                        normal(manager, random, dSae, dIn),
                        normal(manager, random, dSae),
                        normal(manager, random, dSae, dIn),
                        normal(manager, random, dIn)));
    }

    /** Returns normally distributed numbers. */
    static NDArray normal(NDManager manager, SplittableRandom random, long... shape) {
        float[] numbers = new float[(int) new Shape(shape).size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return manager.create(numbers, new Shape(shape));
    }

    /** Returns the largest absolute difference, as a share of the largest absolute entry. */
    static double distance(NDArray a, NDArray b) {
        return a.sub(b).abs().max().getFloat() / a.abs().max().getFloat();
    }
}
