package dev.assay.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.CandidateProduct.Matrix;
import dev.assay.tensor.CandidateProduct.Rows;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares selections from candidates with selections from products in float64. */
class CandidateProductTest {
    private static final int ROWS = 70;
    private static final int WIDTH = 64;
    private static final int SIZE = 1500; // not a multiple of the padding
    private static final int K = 9;

    private NDManager manager;
    private Scope scope;
    private Autograd off;
    private final SplittableRandom random = new SplittableRandom(7);

    @BeforeEach
    void open() {
        manager = TorchEngine.newManager(Device.cpu());
        scope = Scope.open();
        off = Autograd.off();
    }

    @AfterEach
    void close() {
        off.close();
        scope.close();
        manager.close();
    }

    private float[] normal(int count, double scale) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (scale * random.nextGaussian());
        }
        return values;
    }

    /** A problem in arrays of Java, with its float64 result. */
    private final class Problem {
        private final float[] x;
        private final float[] weight;
        private final float[] bias;
        private final float[] centre;
        private final float[] factors;

        Problem(float[] x, float[] weight, float[] bias) {
            this(x, weight, bias, new float[WIDTH], ones());
        }

        Problem(float[] x, float[] weight, float[] bias, float[] centre, float[] factors) {
            this.x = x;
            this.weight = weight;
            this.bias = bias;
            this.centre = centre;
            this.factors = factors;
        }

        int rows() {
            return x.length / WIDTH;
        }

        double score(int row, int column) {
            double sum = bias[column];
            for (int i = 0; i < WIDTH; i++) {
                sum += (double) weight[column * WIDTH + i] * (x[row * WIDTH + i] - centre[i]);
            }
            return sum * factors[column];
        }

        Matrix matrix() {
            NDArray w = manager.create(weight, new Shape(SIZE, WIDTH));
            NDArray inputBias = manager.create(bias);
            NDArray b = inputBias.sub(w.matMul(manager.create(centre)));
            boolean plain = Arrays.equals(factors, ones());
            return new Matrix(w, b, inputBias, plain ? manager.ones(new Shape(1)) : manager.create(factors));
        }

        Rows input() {
            NDArray all = manager.create(x, new Shape(rows(), WIDTH));
            return new Rows(all, all.sub(manager.create(centre)));
        }

        Aten.Selection largest(ProductPrecision precision, int k) {
            return CandidateProduct.of(matrix(), precision).largest(input(), k);
        }

        /** Checks every row: selected entries are at least as large as the others, and values are exact. */
        void checkLargest(ProductPrecision precision, int k) {
            Aten.Selection found = largest(precision, k);
            long[] columns = found.indices().toLongArray();
            float[] values = found.values().toFloatArray();
            for (int row = 0; row < rows(); row++) {
                int r = row;
                double[] scores =
                        IntStream.range(0, SIZE).mapToDouble(j -> score(r, j)).toArray();
                double[] sorted = Arrays.stream(scores).sorted().toArray();
                double tolerance = 1e-5 * Math.max(Math.abs(sorted[0]), Math.abs(sorted[SIZE - 1]));
                assertEquals(
                        k,
                        Arrays.stream(columns, row * k, row * k + k).distinct().count(),
                        "distinct columns of row " + row);
                for (int i = 0; i < k; i++) {
                    double score = scores[(int) columns[row * k + i]];
                    assertEquals(score, values[row * k + i], tolerance, "row " + row);
                    assertEquals(sorted[SIZE - 1 - i], score, tolerance, "rank " + i + " of row " + row);
                }
            }
        }

        void checkAbove(ProductPrecision precision, double bound) {
            CandidateProduct.Entries found =
                    CandidateProduct.of(matrix(), precision).above(input(), bound);
            long[] rows = found.rows().toLongArray();
            long[] columns = found.columns().toLongArray();
            float[] values = found.values().toFloatArray();
            Map<Integer, Set<Integer>> selected = new TreeMap<>();
            for (int i = 0; i < rows.length; i++) {
                assertTrue(i == 0 || rows[i - 1] <= rows[i], "rows ascend");
                double score = score((int) rows[i], (int) columns[i]);
                assertEquals(score, values[i], 1e-5 * (1 + Math.abs(score)));
                selected.computeIfAbsent((int) rows[i], row -> new TreeSet<>()).add((int) columns[i]);
            }
            for (int row = 0; row < rows(); row++) {
                int r = row;
                Set<Integer> expected = IntStream.range(0, SIZE)
                        .filter(j -> score(r, j) > bound)
                        .boxed()
                        .collect(Collectors.toCollection(TreeSet::new));
                assertEquals(expected, selected.getOrDefault(row, new TreeSet<>()), "row " + row);
            }
            assertEquals(
                    rows.length, selected.values().stream().mapToInt(Set::size).sum());
        }
    }

    private static float[] ones() {
        float[] ones = new float[SIZE];
        Arrays.fill(ones, 1);
        return ones;
    }

    private Problem gaussian() {
        return new Problem(normal(ROWS * WIDTH, 1), normal(SIZE * WIDTH, 0.125), normal(SIZE, 0.1));
    }

    @ParameterizedTest
    @EnumSource(names = "FLOAT32", mode = EnumSource.Mode.EXCLUDE)
    void selectsLargestOfGaussianScores(ProductPrecision precision) {
        gaussian().checkLargest(precision, K);
        gaussian().checkLargest(precision, 1);
    }

    @ParameterizedTest
    @EnumSource(names = "FLOAT32", mode = EnumSource.Mode.EXCLUDE)
    void selectsEntriesAboveBound(ProductPrecision precision) {
        gaussian().checkAbove(precision, 2.5);
        gaussian().checkAbove(precision, 0); // half of all entries: computed by the float32 product
        gaussian().checkAbove(precision, 100);
    }

    @ParameterizedTest
    @EnumSource(names = "FLOAT32", mode = EnumSource.Mode.EXCLUDE)
    void ranksByFactorsAndCentresInput(ProductPrecision precision) {
        float[] factors = normal(SIZE, 1);
        for (int i = 0; i < SIZE; i++) {
            factors[i] = 0.1f + Math.abs(factors[i]);
        }
        float[] centre = normal(WIDTH, 20);
        float[] x = normal(ROWS * WIDTH, 1);
        for (int i = 0; i < x.length; i++) {
            x[i] += centre[i % WIDTH];
        }
        Problem problem = new Problem(x, normal(SIZE * WIDTH, 0.125), normal(SIZE, 0.3), centre, factors);
        Aten.Selection found = problem.largest(precision, K);
        double[] smallest = new double[ROWS];
        for (int row = 0; row < ROWS; row++) {
            int r = row;
            double[] scores = IntStream.range(0, SIZE)
                    .mapToDouble(j -> problem.score(r, j))
                    .sorted()
                    .toArray();
            smallest[row] = scores[SIZE - K];
        }
        long[] columns = found.indices().toLongArray();
        for (int i = 0; i < columns.length; i++) {
            assertTrue(problem.score(i / K, (int) columns[i]) > smallest[i / K] - 1e-3, "entry " + i);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "FLOAT32", mode = EnumSource.Mode.EXCLUDE)
    void selectsAmongNegativeScoresTiesAndZeros(ProductPrecision precision) {
        float[] negative = new float[SIZE];
        Arrays.fill(negative, -50);
        new Problem(normal(ROWS * WIDTH, 1), normal(SIZE * WIDTH, 0.125), negative).checkLargest(precision, K);
        // All columns equal: any choice is right.
        float[] column = normal(WIDTH, 1);
        float[] equal = new float[SIZE * WIDTH];
        for (int i = 0; i < equal.length; i++) {
            equal[i] = column[i % WIDTH];
        }
        new Problem(normal(ROWS * WIDTH, 1), equal, new float[SIZE]).checkLargest(precision, K);
        // Rows of zeros have the bias as scores.
        float[] x = normal(ROWS * WIDTH, 1);
        Arrays.fill(x, 0, 10 * WIDTH, 0);
        new Problem(x, normal(SIZE * WIDTH, 0.125), normal(SIZE, 1)).checkLargest(precision, K);
        new Problem(x, normal(SIZE * WIDTH, 0.125), new float[SIZE]).checkLargest(precision, K);
    }

    @ParameterizedTest
    @EnumSource(names = "FLOAT32", mode = EnumSource.Mode.EXCLUDE)
    void selectsWithScalesThatDifferBetweenRowsColumnsAndDimensions(ProductPrecision precision) {
        float[] x = normal(ROWS * WIDTH, 1);
        for (int row = 0; row < ROWS; row++) {
            for (int i = 0; i < WIDTH; i++) {
                x[row * WIDTH + i] *= (float) (Math.pow(10, row % 9 - 4) * (i == 3 ? 1000 : 1));
            }
        }
        float[] weight = normal(SIZE * WIDTH, 0.125);
        for (int column = 0; column < SIZE; column++) {
            for (int i = 0; i < WIDTH; i++) {
                weight[column * WIDTH + i] *= (float) Math.pow(10, column % 3 - 1);
            }
        }
        new Problem(x, weight, new float[SIZE]).checkLargest(precision, K);
    }

    @ParameterizedTest
    @EnumSource(names = "FLOAT32", mode = EnumSource.Mode.EXCLUDE)
    void leavesRowsOfNumbersThatAreNotFiniteToFloat32(ProductPrecision precision) {
        Problem problem = gaussian();
        float[] x = problem.x.clone();
        x[5 * WIDTH + 2] = Float.NaN;
        x[6 * WIDTH + 1] = Float.POSITIVE_INFINITY;
        Aten.Selection found = new Problem(x, problem.weight, problem.bias).largest(precision, K);
        Aten.Selection expected = problem.largest(precision, K);
        float[] values = found.values().toFloatArray();
        float[] usual = expected.values().toFloatArray();
        for (int row = 0; row < ROWS; row++) {
            if (row == 5) {
                assertTrue(Float.isNaN(values[row * K]), "NaN is not hidden");
            } else if (row == 6) {
                assertEquals(Float.POSITIVE_INFINITY, values[row * K]);
            } else {
                assertArrayEquals(
                        Arrays.copyOfRange(usual, row * K, row * K + K),
                        Arrays.copyOfRange(values, row * K, row * K + K),
                        "row " + row);
            }
        }
        float[] weight = problem.weight.clone();
        weight[17 * WIDTH] = Float.NaN;
        found = new Problem(problem.x, weight, problem.bias).largest(precision, K);
        long[] columns = found.indices().toLongArray();
        for (int row = 0; row < ROWS; row++) {
            long[] ofRow = Arrays.copyOfRange(columns, row * K, row * K + K);
            assertTrue(LongStream.of(ofRow).anyMatch(column -> column == 17), "row " + row);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "FLOAT32", mode = EnumSource.Mode.EXCLUDE)
    void returnsSameBitsForBothPrecisions(ProductPrecision precision) {
        Problem problem = gaussian();
        Aten.Selection found = problem.largest(precision, K);
        Aten.Selection reference = problem.largest(ProductPrecision.BF16, K);
        assertArrayEquals(reference.indices().toLongArray(), found.indices().toLongArray());
        assertArrayEquals(reference.values().toFloatArray(), found.values().toFloatArray(), 0);
    }
}
