package dev.assay.train.internal.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.checkpoint.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GeometricMedianTest {
    private static final Path FIXTURES = Path.of("src/test/resources/dev/assay/evaluate");

    @Test
    void agreesWithTheOracleAndWithTheReference() throws IOException {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open();
                Safetensors inputs = Safetensors.open(FIXTURES.resolve("inputs.safetensors"));
                Safetensors expected = Safetensors.open(FIXTURES.resolve("expected.safetensors"))) {
            double[] median = doubles(GeometricMedian.of(inputs.load(manager, "median_points")));
            assertArrayEquals(
                    expected.load(manager, "geometric_median").toDoubleArray(), median, 5e-6); // stops at moves of 1e-5
            assertArrayEquals(
                    expected.load(manager, "geometric_median_dictionary_learning_f32")
                            .toDoubleArray(),
                    median,
                    2e-6);
        }
    }

    @Test
    void isTheLeastSumOfDistances() {
        double[][] points = new double[60][4];
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < points.length; i++) {
            for (int j = 0; j < 4; j++) {
                points[i][j] = (float) (random.nextDouble() + (i < 12 ? 50 : 0)); // outliers drag the mean away
            }
        }
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            double[] median = doubles(GeometricMedian.of(array(manager, points)));
            double least = distances(points, weiszfeld(points));
            assertEquals(least, distances(points, median), 1e-6 * least);
            double[] mean = doubles(array(manager, points).mean(new int[] {0}));
            assertTrue(distances(points, median) < 0.9 * distances(points, mean));
        }
    }

    @Test
    void pointsThatCoincideAreNoTrouble() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            NDArray same = manager.ones(new Shape(7, 3)).mul(2.5f);
            assertArrayEquals(new double[] {2.5, 2.5, 2.5}, doubles(GeometricMedian.of(same)), 1e-6);
            NDArray one = manager.create(new float[] {1, 2, 3}, new Shape(1, 3));
            assertArrayEquals(new double[] {1, 2, 3}, doubles(GeometricMedian.of(one)), 0);
            // Most of the points are the median: the guess runs into it, where the weights have a pole.
            NDArray mostly = manager.create(new float[] {0, 0, 0, 0, 0, 1, 1, 9}, new Shape(8, 1));
            assertArrayEquals(new double[] {0}, doubles(GeometricMedian.of(mostly)), 1e-2);
        }
    }

    /** The same iteration in float64, to the end. */
    private static double[] weiszfeld(double[][] points) {
        double[] guess = points[20].clone();
        guess[0] += 0.1;
        for (int round = 0; round < 2000; round++) {
            double[] next = new double[guess.length];
            double total = 0;
            for (double[] point : points) {
                double weight = 1 / distance(point, guess);
                total += weight;
                for (int j = 0; j < next.length; j++) {
                    next[j] += weight * point[j];
                }
            }
            for (int j = 0; j < next.length; j++) {
                next[j] /= total;
            }
            guess = next;
        }
        return guess;
    }

    private static double distances(double[][] points, double[] from) {
        double sum = 0;
        for (double[] point : points) {
            sum += distance(point, from);
        }
        return sum;
    }

    private static double distance(double[] a, double[] b) {
        double squares = 0;
        for (int i = 0; i < a.length; i++) {
            squares += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(squares);
    }

    private static NDArray array(NDManager manager, double[][] rows) {
        float[] flat = new float[rows.length * rows[0].length];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = (float) rows[i / rows[0].length][i % rows[0].length];
        }
        return manager.create(flat, new Shape(rows.length, rows[0].length));
    }

    private static double[] doubles(NDArray array) {
        return array.toType(DataType.FLOAT64, false).toDoubleArray();
    }
}
