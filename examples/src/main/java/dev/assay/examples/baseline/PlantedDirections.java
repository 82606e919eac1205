package dev.assay.examples.baseline;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.evaluate.baseline.Baselines;
import dev.assay.sae.Dictionary;
import dev.assay.tensor.TorchEngine;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Checks {@link KMeansBaseline} on data with known directions, selected by its name.
 *
 * <p>Each activation of the first sample is a positive multiple of one of 8 random directions plus noise: the baseline has to find all
 * 8. The second sample is the null control, noise of the same size without directions: the baseline must not find them there.
 */
public final class PlantedDirections {
    private static final int WIDTH = 32;
    private static final int COUNT = 8;
    private static final int ROWS = 2000;

    private PlantedDirections() {}

    /**
     * Runs the example.
     *
     * @param args not used
     * @throws IllegalStateException if the planted directions are not found, or are found in noise
     */
    public static void main(String[] args) {
        SplittableRandom random = new SplittableRandom(1);
        float[][] planted = new float[COUNT][WIDTH];
        for (float[] direction : planted) {
            for (int d = 0; d < WIDTH; d++) {
                direction[d] = (float) random.nextGaussian();
            }
        }
        double found = smallestCosine(planted, sample(planted, random));
        double control = smallestCosine(planted, sample(new float[COUNT][WIDTH], random));
        System.out.printf(Locale.ROOT, "smallest cosine with a planted direction: %.3f%n", found);
        System.out.printf(Locale.ROOT, "the same in noise without directions:     %.3f%n", control);
        if (found < 0.99 || control > 0.7) {
            throw new IllegalStateException("expected at least 0.99 with planted directions and at most 0.7 without");
        }
    }

    /** Returns a sample [rows, width]: a positive multiple of one direction per row, plus noise. */
    private static float[] sample(float[][] directions, SplittableRandom random) {
        float[] sample = new float[ROWS * WIDTH];
        for (int row = 0; row < ROWS; row++) {
            float[] direction = directions[row % COUNT];
            double strength = 1 + random.nextDouble();
            for (int d = 0; d < WIDTH; d++) {
                sample[row * WIDTH + d] = (float) (strength * direction[d] + 0.1 * random.nextGaussian());
            }
        }
        return sample;
    }

    /** Returns the cosine of the planted direction that the baseline approximates worst. */
    private static double smallestCosine(float[][] planted, float[] sample) {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                NDArray activations = manager.create(sample, new Shape(ROWS, WIDTH));
                Dictionary kmeans = Baselines.of(activations)
                        .components(COUNT)
                        .seed(3)
                        .fit("kmeans")
                        .dense()) {
            float[] found = kmeans.decoder().toFloatArray();
            double smallest = 1;
            for (float[] direction : centred(planted)) {
                double largest = -1;
                for (int j = 0; j < COUNT; j++) {
                    largest = Math.max(largest, cosine(direction, found, j * WIDTH));
                }
                smallest = Math.min(smallest, largest);
            }
            return smallest;
        }
    }

    /** Returns the directions minus their mean, as the baseline centres activations. */
    private static float[][] centred(float[][] directions) {
        float[][] centred = new float[COUNT][WIDTH];
        for (int d = 0; d < WIDTH; d++) {
            float mean = 0;
            for (float[] direction : directions) {
                mean += direction[d] / COUNT;
            }
            for (int j = 0; j < COUNT; j++) {
                centred[j][d] = directions[j][d] - mean;
            }
        }
        return centred;
    }

    private static double cosine(float[] a, float[] b, int offset) {
        double product = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int d = 0; d < a.length; d++) {
            product += a[d] * b[offset + d];
            squaresA += a[d] * a[d];
            squaresB += b[offset + d] * b[offset + d];
        }
        return product / Math.sqrt(squaresA * squaresB);
    }
}
